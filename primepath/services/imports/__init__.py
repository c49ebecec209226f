"""Storing what an import has planned: all of it in one transaction, with its history and a note of each source row."""
