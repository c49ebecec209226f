"""Fragments in an order in which each can be counted once.

Fragments that spread each other twice select 2^n fields in n lines, and whoever follows each spread takes as long as that
says. Counted once each, and added up wherever they are spread, they take work that grows with the document's length.
"""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    SelectionSetNode,
)


def fragments_in_order(document: DocumentNode) -> list[FragmentDefinitionNode]:
    """The fragments of a document, each after those that it spreads. Raises `CycleError` where one spreads itself."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    graph = {name: _spreads(fragment.selection_set) for name, fragment in fragments.items()}
    return [
        fragments[name] for name in TopologicalSorter(graph).static_order() if name in fragments
    ]


def _spreads(selection_set: SelectionSetNode) -> set[str]:
    """The names of the fragments that are spread in it."""
    names: set[str] = set()
    waiting = [selection_set]
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FragmentSpreadNode):
                names.add(selection.name.value)
                continue
            inner: Any = selection
            if inner.selection_set is not None:
                waiting.append(inner.selection_set)
    return names
