"""Measures small and repeated requests next to the fastest servers we know: ``make bench-answers``.

`python -m benchmarks.answers` measures on PostgreSQL and SQLite and writes ``benchmarks/ANSWERS.md``.

- `contenders`: the servers. Each has one process. Two of them are the API, with and without kept answers: hits and misses.
- `measure`: the process that measures on one database; `cases`: what it measures.
- `throughput`: responses per second of many connections, some of which write.
- `verdicts`: the required ratios.

All contenders return the same cells and exams, which is checked first, and are measured in turns.
"""
