"""How much a document may select, counted with its fragments where they are spread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError
from typing import Any

from django.conf import settings
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from primepath.domain.errors import LimitExceededError
from schema.limits.fragments import fragments_in_order

_SHOWN_FIGURE = 1_000_000_000
# What the schema says of itself is deep by nature: a type of a type of a type. graphql-core bounds the lists in it.
INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(slots=True)
class SelectionCost:
    """What a selection set asks for. ``depth`` counts levels of fields, without those of introspection."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    root_fields: int = 0

    def add(self, spread: SelectionCost, depth: int | None) -> None:
        """Adds what a fragment selects that is spread at ``depth``, which is None within introspection."""
        self.fields += spread.fields
        self.aliases += spread.aliases
        if depth is not None:
            self.depth = max(self.depth, depth + spread.depth)
        if depth == 0:
            self.root_fields += spread.root_fields


def check_selections(document: DocumentNode) -> None:
    """Raises `LimitExceededError` for a document with an operation that selects too much.

    A document whose fragments spread themselves passes: validation refuses it.
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
    """The figures of a selection set that spreads the fragments of ``spread``, and perhaps some that there are not."""
    figures = SelectionCost()
    waiting: list[tuple[SelectionSetNode, int | None]] = [(selection_set, 0)]
    while waiting:
        outer, depth = waiting.pop()
        for selection in outer.selections:
            below = depth
            if isinstance(selection, FragmentSpreadNode):
                if selection.name.value in spread:
                    figures.add(spread[selection.name.value], depth)
                continue
            if isinstance(selection, FieldNode):
                figures.fields += 1
                figures.aliases += selection.alias is not None
                figures.root_fields += depth == 0
                if depth is not None:
                    figures.depth = max(figures.depth, depth + 1)
                    below = None if selection.name.value in INTROSPECTION else depth + 1
            inner: Any = selection
            if inner.selection_set is not None:
                waiting.append((inner.selection_set, below))
    return figures


def shown(figure: int) -> str:
    """A figure for a message: some documents would need lines of digits."""
    return str(figure) if figure <= _SHOWN_FIGURE else f"more than {_SHOWN_FIGURE}"


def _check(operation: SelectionCost) -> None:
    for figure, limit, what in (
        (operation.root_fields, settings.MAX_ROOT_FIELDS, "root fields"),
        (operation.fields, settings.MAX_DOCUMENT_FIELDS, "fields"),
        (operation.aliases, settings.MAX_DOCUMENT_ALIASES, "aliases"),
        (operation.depth, settings.MAX_DOCUMENT_DEPTH, "levels of fields"),
    ):
        if figure > limit:
            raise LimitExceededError(
                f"The operation has {shown(figure)} {what}, fragments included; at most {limit} are allowed."
            )
