"""Check that texts for people are in plain English: ``python -m scripts.prose [PATH ...]``.

Public text must not contain a banned phrase, and GraphQL descriptions must be short, complete sentences. These findings fail
``tests/test_prose.py``. All other findings are advice; ``tests/prose_counts.json`` records how many there are, so that their
number can only fall. Code blocks, code spans, vendored files and lock files are not prose.
"""
