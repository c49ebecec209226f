"""Completing many objects at once.

graphql-core completes a response field by field: for a matrix of 960 cells with ten fields it resolves, checks and
completes each of 9,600 values by itself, and that costs far more than the queries do. But a list of objects that are all
read in the same way can be completed by columns: each field is read from all objects, checked and written as one list,
and at the end each object's dictionary is made from its row of values.

- `shapes` says how a column of values becomes a column of JSON, by its GraphQL type.
- `plan` compiles a selection set to such shapes, and says which selections it cannot compile.
- `executor` puts both in place of graphql-core's completion of lists and objects, and falls back to it for a value
  as soon as anything is out of the ordinary: errors, paths and null propagation are always graphql-core's own.
- `batch` is how a field that is not a plain attribute tells how to compute it for many objects at once.
- `count` bounds how much an answer may hold; `room` keeps deep calls from costing three times as much.

No source code is generated: a plan is made of Python objects, and nothing a client sends becomes part of a program.
"""
