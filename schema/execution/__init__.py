"""Execution that completes many objects at the same time.

graphql-core completes a response field by field. A matrix of 960 cells with ten fields has 9,600 values. Resolving,
checking and completing them one after another costs far more than the queries. But a list of objects that are all
read in the same way can be completed by columns. Each field is read from all objects, then checked and completed as one
list. At the end, each object's dictionary is made from its row of values.

- `completers` turns a column of values into a column of JSON, by its GraphQL type.
- `plan` compiles a selection set to completers, and rejects selections that it cannot compile.
- `executor` uses both instead of graphql-core's completion of lists and objects. It falls back to graphql-core for any
  value that is out of the ordinary, so errors, paths and null propagation are always graphql-core's own.
- `plan_cache` keeps the plans of a document.
- `batch` declares how a field is computed for many objects at the same time.
- `lookahead` finds what a document selects below a field.
- `response_size` limits the size of a response. `stack_chunk` prevents deep calls from becoming three times slower.
- `core` is the only module that imports private names of graphql-core and Strawberry.

No source code is generated. A plan consists of Python objects, and nothing that a client sends becomes part of a program.
"""
