"""How much a document may select, counted with its fragments where they are spread.

Fragments that spread each other twice select 2^n fields in n lines, and validation and execution take as long as that
says. So each fragment is counted once, and its figures are added up wherever it is spread: the work grows with
the length of the document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.conf import settings
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from primepath.domain.errors import LimitExceededError

_SHOWN_FIGURE = 1_000_000_000
# What the schema says of itself is deep by nature: a type of a type of a type. graphql-core bounds the lists in it.
INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(slots=True)
class Figures:
    """What a selection set asks for. ``depth`` counts levels of fields, without those of introspection."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    root_fields: int = 0
    spreads: list[tuple[str, int | None]] = field(default_factory=list)
    """Which fragments are spread, each with the depth of that place, which is None within introspection."""

    def add(self, spread: Figures, depth: int | None) -> None:
        """Adds what a fragment selects that is spread at ``depth``."""
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
    fragments: dict[str, Figures] = {}
    operations = []
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            fragments[definition.name.value] = _count(definition.selection_set)
        elif isinstance(definition, OperationDefinitionNode):
            operations.append(_count(definition.selection_set))
    graph = {name: {spread for spread, _ in each.spreads} for name, each in fragments.items()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError:
        return
    for name in order:
        if name in fragments:
            _expand(fragments[name], fragments)
    for operation in operations:
        _expand(operation, fragments)
        _check(operation)


def _count(selection_set: SelectionSetNode) -> Figures:
    """The figures of a selection set without those of the fragments that it spreads."""
    figures = Figures()
    waiting: list[tuple[SelectionSetNode, int | None]] = [(selection_set, 0)]
    while waiting:
        outer, depth = waiting.pop()
        for selection in outer.selections:
            below = depth
            if isinstance(selection, FragmentSpreadNode):
                figures.spreads.append((selection.name.value, depth))
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


def _expand(figures: Figures, fragments: Mapping[str, Figures]) -> None:
    for name, depth in figures.spreads:
        if name in fragments:
            figures.add(fragments[name], depth)


def _check(operation: Figures) -> None:
    for figure, limit, what in (
        (operation.root_fields, settings.MAX_ROOT_FIELDS, "root fields"),
        (operation.fields, settings.MAX_DOCUMENT_FIELDS, "fields"),
        (operation.aliases, settings.MAX_DOCUMENT_ALIASES, "aliases"),
        (operation.depth, settings.MAX_DOCUMENT_DEPTH, "levels of fields"),
    ):
        if figure > limit:
            shown = figure if figure <= _SHOWN_FIGURE else f"more than {_SHOWN_FIGURE}"
            raise LimitExceededError(
                f"The operation has {shown} {what}, fragments included; at most {limit} are allowed."
            )
