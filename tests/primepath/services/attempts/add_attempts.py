"""``python -m tests.primepath.services.attempts.add_attempts COUNT NAME…``: a process that adds attempts."""

from __future__ import annotations

import sys

import django


def main(count: int, *names: str) -> None:
    django.setup()
    from primepath.services.attempts import add_attempt

    for _ in range(count):
        add_attempt(names, seconds=3600)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
