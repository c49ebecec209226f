"""The API beside others that serve GraphQL from the same database: ``make bench-peers``.

`PostGraphile <https://postgraphile.org>`_ reads the schema of a database and compiles each GraphQL document to SQL, so it is
as fast as a general GraphQL server gets. It needs Node, and is therefore no part of ``make bench``.

- `postgraphile` asks it for what our own question asks, as near as its schema allows, and reads its answer.
- `one_run` is the process that measures; what it finds is written to ``benchmarks/PEERS.md``.

What it is spared: it knows neither tokens nor visibility, so nobody signs in; it gives no colours, icons and counts, which come from no column. What it has to do more: it wraps lists in connections.
"""
