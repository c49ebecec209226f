"""Benchmarks: ``make bench`` compares the API with other implementations of the same responses.

`python -m benchmarks` measures on both databases, one after the other. For each database it creates a school and
starts one server with the API and the other contenders. It checks that all contenders return the same response,
measures them in turns and writes ``benchmarks/RESULTS.md``. Because they take turns, other load on the machine affects
all of them.

- `contenders`: the implementations that are compared.
- `cases`: the operations that are sent, to which contenders; `operations`: their documents and variables.
- `checks`: the conditions of a fair comparison.
- `targets`: the required ratios.
- `run_database`: the process that measures on one database.
- `product`: the only module that imports the product's internals.
- `compare`: measures two checkouts of the product, ``python -m benchmarks.compare OTHER_CHECKOUT``.
- `answers`: measures small and repeated requests, ``make bench-answers``.
- `peers`: measures PostGraphile on the same database.

``FINDINGS.md`` has the results of profiling.
"""
