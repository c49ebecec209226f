"""Compares the API with another GraphQL server on the same database: ``make bench-peers``.

`PostGraphile <https://postgraphile.org>`_ reads the schema of a database and compiles each GraphQL document to SQL. That
makes it one of the fastest general GraphQL servers. It needs Node, so it is not part of ``make bench``.

- `postgraphile` sends a query that is as close to ours as its schema allows, and reads the response.
- `run_peers` is the process that measures. Its results are written to ``benchmarks/PEERS.md``.

PostGraphile does less: it has no authentication, no visibility rules, and no colours, icons and counts, which are in no
column. `server.mjs` switches connections off, so that its lists are plain, as ours are.
"""
