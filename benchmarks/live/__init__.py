"""Live updates: ``python -m benchmarks.live`` measures 2,000 listeners of one process.

Each follows one to five of 600 classes, while 50 cells a second change. It prints how late events arrive, and how many are missing. It also
prints the memory of a listener above that of an idle connection, and how much slower other requests are.
"""
