"""Tests of the prose check itself. What it finds in this repository is tested by ``tests/test_prose.py``."""
