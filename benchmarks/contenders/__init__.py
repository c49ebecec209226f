"""The implementations that are compared. All but `OURS` exist for the comparison only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contender:
    """An implementation of the same responses, served at ``path``.

    If ``is_graphql`` is false, it takes URL parameters instead of a GraphQL operation.
    """

    title: str
    path: str
    is_graphql: bool = True


OURS = Contender("ours", "/graphql")
HAND_WRITTEN = Contender("hand-written view", "/contenders/hand-written", is_graphql=False)
OLD_LOOP = Contender("old loop", "/contenders/old-loop", is_graphql=False)
PREFETCH = Contender("graphql-core, prefetched", "/contenders/prefetch")
GRAPHQL_CORE = Contender("graphql-core", "/contenders/graphql-core")
SINGLE_LOADS = Contender("graphql-core, single loads", "/contenders/single-loads")
