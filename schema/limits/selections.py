"""Limits on what a document selects. A fragment counts wherever it is spread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from primepath.domain.errors import LimitExceededError
from schema.limits.fragments import fragments_in_order

_LARGEST_SHOWN = 1_000_000_000
# Introspection is deep by nature: a type of a type of a type. graphql-core limits the lists in it.
INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(slots=True)
class SelectionCost:
    """Number of fields, aliases and root fields of a selection set, and its depth without introspection."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    root_fields: int = 0

    def add(self, spread: SelectionCost, depth: int | None) -> None:
        """Add the counts of a fragment that is spread at ``depth``, which is None within introspection."""
        self.fields += spread.fields
        self.aliases += spread.aliases
        if depth is not None:
            self.depth = max(self.depth, depth + spread.depth)
        if depth == 0:
            self.root_fields += spread.root_fields


def check_selections(document: DocumentNode) -> None:
    """Raise `LimitExceededError` if an operation of the document selects too much.

    A document with fragments that spread themselves passes, because validation rejects it.
    """
    try:
        fragments = fragments_in_order(document)
    except CycleError:
        return
    spread: dict[str, SelectionCost] = {}
    for fragment in fragments:
        spread[fragment.name.value] = _count(fragment.selection_set, spread)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            _check(_count(definition.selection_set, spread))


def _count(selection_set: SelectionSetNode, spread: Mapping[str, SelectionCost]) -> SelectionCost:
    """Return the counts of a selection set. Fragments that are not in ``spread`` do not exist and are ignored."""
    cost = SelectionCost()
    waiting: list[tuple[SelectionSetNode, int | None]] = [(selection_set, 0)]
    while waiting:
        outer, depth = waiting.pop()
        for selection in outer.selections:
            below = depth
            if isinstance(selection, FragmentSpreadNode):
                if selection.name.value in spread:
                    cost.add(spread[selection.name.value], depth)
                continue
            if isinstance(selection, FieldNode):
                cost.fields += 1
                cost.aliases += selection.alias is not None
                cost.root_fields += depth == 0
                if depth is not None:
                    cost.depth = max(cost.depth, depth + 1)
                    below = None if selection.name.value in INTROSPECTION else depth + 1
            inner: Any = selection
            if inner.selection_set is not None:
                waiting.append((inner.selection_set, below))
    return cost


def shown(count: int) -> str:
    """Return a count as a message shows it. Some documents would need lines of digits."""
    if count <= _LARGEST_SHOWN:
        return str(count)
    return _("more than {count}").format(count=_LARGEST_SHOWN)


def _check(operation: SelectionCost) -> None:
    for count, limit, template in (
        (
            operation.root_fields,
            settings.MAX_ROOT_FIELDS,
            _("The operation has {count} root fields, including fragments; the limit is {limit}."),
        ),
        (
            operation.fields,
            settings.MAX_DOCUMENT_FIELDS,
            _("The operation has {count} fields, including fragments; the limit is {limit}."),
        ),
        (
            operation.aliases,
            settings.MAX_DOCUMENT_ALIASES,
            _("The operation has {count} aliases, including fragments; the limit is {limit}."),
        ),
        (
            operation.depth,
            settings.MAX_DOCUMENT_DEPTH,
            _("The operation is {count} levels deep, including fragments; the limit is {limit}."),
        ),
    ):
        if count > limit:
            raise LimitExceededError(
                template.format(count=shown(count), limit=limit), limit=limit, actual=count
            )


def root_fields(operation: OperationDefinitionNode, document: DocumentNode) -> set[str]:
    """Return the names of the fields that a valid operation selects itself, also through fragments."""
    fragments = {
        each.name.value: each.selection_set
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    names: set[str] = set()
    entered: set[str] = set()
    waiting = [operation.selection_set]
    while waiting:
        for selection in waiting.pop().selections:
            match selection:
                case FieldNode():
                    names.add(selection.name.value)
                case InlineFragmentNode():
                    waiting.append(selection.selection_set)
                case FragmentSpreadNode() if selection.name.value not in entered:
                    entered.add(selection.name.value)
                    waiting.append(fragments[selection.name.value])
    return names
