"""Compares the speed of two checkouts: ``python -m benchmarks.compare OTHER_CHECKOUT``.

OTHER_CHECKOUT is a folder with another version of the product, usually an older one:
``git worktree add ../before COMMIT``. Each checkout runs its own code in its own server process. The other checkout
creates the demo data, this one migrates a copy of it. So both have the same rows, and nothing here depends on internal
names of either version.

A run starts both servers and sends requests in turns: ours, theirs, ours, theirs. The next run begins with the other
one. Several runs are needed because two processes with the same code can differ by a few percent. Compare a checkout
with itself (``python -m benchmarks.compare .``) to see the noise of the machine.

Times depend on other load on the machine, so their ratio is reliable only on an idle one. The processor time of the
server process per request is more robust. It does not contain the work of PostgreSQL.

- `checkouts` prepares the databases.
- `run` starts the servers and measures all figures of one run; `measure` measures one figure.
- `report` prints the medians of all runs.
"""
