"""The trial: ``make trial`` runs the real servers under load and with faults, and prints a table of verdicts.

Everything runs on this machine, on 127.0.0.1. There are two installations, one after the other. The first is SQLite with one
process, with nginx for overload. The second is PostgreSQL with a streaming replica behind PgBouncer, Redis, and two processes behind nginx.

- `servers`: the programs, and the two installations (`stack`).
- `school`: the demo school of the trial with its users; `fill` stores it.
- `load`: clients that send requests, and what they measure.
- `checker`: compares acknowledged changes with the rows and the history in the database.
- `scenarios`: one situation a file, each with the bounds it must keep.
- `verdicts`: figures and their bounds; `report`: the table, kept in ``benchmarks/TRIAL.md``.
- `run`: runs the scenarios on one installation.

A figure that does not keep its bound is a shortfall, and the command then ends with status 1.
"""
