"""How fast the API is beside other ways to answer the same question: ``make bench``.

`python -m benchmarks` measures on both databases, one after the other. For each it makes a school's data, starts one
server whose extra URLs are the other ways (`ways`), checks that all of them answer the same (`checks`), measures them in
turn, so that a busy moment of the machine meets all of them (`timing`), and writes ``benchmarks/RESULTS.md``.

- `cases` says what is asked, and of which ways; `questions` how it is asked.
- `figures` says what must be reached.
- `one_database` is the process that measures on one database.
- ``FINDINGS.md`` says what profiling found, what was taken away, and what the rest costs.
"""
