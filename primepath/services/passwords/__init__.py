"""Hashing passwords: the algorithms, and the thread that computes one hash at a time."""
