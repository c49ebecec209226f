"""The plans of a document, kept from one operation to the next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable

from graphql import VariableValues

from schema.execution.completers import Completer

Plans = dict[Hashable, Completer | None]
"""The compiled plan of each selection; None for a selection that cannot be compiled."""
PlansByVariables = Callable[[VariableValues], Plans]

_MAX_COMBINATIONS = 16


class PlanCache:
    """The compiled plans of one document.

    ``conditions`` names the variables that the document's directives depend on. With other values of these, the
    document selects other fields, so each combination of values has its own plans.
    """

    def __init__(self, conditions: Collection[str] = ()) -> None:
        self._conditions = tuple(sorted(conditions))
        self._plans: dict[Hashable, Plans] = {}

    def __len__(self) -> int:
        return len(self._plans)

    def plans_for(self, variables: VariableValues) -> Plans:
        """Return the plans for what the document selects with these variables."""
        selected = tuple(variables.coerced.get(name) for name in self._conditions)
        if selected not in self._plans and len(self._plans) >= _MAX_COMBINATIONS:
            self._plans.clear()
        return self._plans.setdefault(selected, {})
