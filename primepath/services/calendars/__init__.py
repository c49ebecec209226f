"""Writes of calendar feeds."""
