"""Answers that are sent again while the database is unchanged.

`cache` calls the other modules. Requests are equal if they have the same `key`. An `answer` is a kept response. `store` limits the
bytes of all answers. With `computations`, equal requests wait for the first one. `repeats` runs small queries again without a thread.
"""
