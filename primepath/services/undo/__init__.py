"""Undo change sets: one file for each kind of object that can be restored."""
