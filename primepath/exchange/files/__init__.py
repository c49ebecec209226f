"""Formats of files: tables of values in, bytes out, and back."""
