"""Progress messages."""

import sys


def say(line: str) -> None:
    """Print the line immediately."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
