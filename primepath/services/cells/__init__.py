"""Changing cells. What the actions share is in `writing`."""
