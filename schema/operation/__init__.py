"""An operation from its document to its result: prepared once, then executed."""
