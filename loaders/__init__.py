"""Batched reads: an operation reads all its data through the loaders of this package."""
