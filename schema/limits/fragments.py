"""Sort fragments so that each can be counted once.

Fragments that spread each other twice select 2^n fields in n lines, so following every spread takes exponential time.
Counting each fragment once and adding its count at every spread takes time proportional to the document's length.
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
    """Return the fragments of a document, each after those it spreads. Raise `CycleError` if one spreads itself."""
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
    """Return the names of the fragments that are spread in a selection set."""
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
