"""Batched reading: everything an operation looks up goes through a loader of this package."""
