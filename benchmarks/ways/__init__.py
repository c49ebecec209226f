"""The ways to answer, by name. All but `OURS` exist only to be compared with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """A way to answer: ``path`` is where, ``is_graphql`` how it is asked."""

    title: str
    path: str
    is_graphql: bool = True


OURS = Way("ours", "/graphql")
HAND_WRITTEN = Way("hand-written view", "/ways/hand-written", is_graphql=False)
OLD_LOOP = Way("old loop", "/ways/old-loop", is_graphql=False)
READ_AHEAD = Way("graphql-core, read ahead", "/ways/read-ahead")
GRAPHQL_CORE = Way("graphql-core, setting off", "/ways/graphql-core")
SINGLE_LOADS = Way("graphql-core, a load a cell and field", "/ways/single-loads")
