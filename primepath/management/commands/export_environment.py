"""``manage.py export_environment``"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from primepath.environment import env

_ROOT = Path(settings.BASE_DIR)
FILE = _ROOT / "deploy" / "environment"
_PAGE = _ROOT / "docs" / "production" / "settings.md"
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_SETTING = re.compile(r"^### `(\w+)`\n(.+?\?)", re.MULTILINE | re.DOTALL)
_HEAD = """\
# Settings of PrimePath, for systemd (EnvironmentFile=) and containers (env_file:).
#
# Copy this file to /etc/primepath/environment, readable for root only. To change a setting, remove the # before its
# name. The values below are the defaults. docs/production/settings.md explains each setting, with an example.
# `manage.py export_environment` writes this file.
"""


class Command(BaseCommand):
    help = "Writes deploy/environment, which lists every setting with its default."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="Write nothing. Fail if the file is out of date.",
        )

    def handle(self, *, check: bool, **options: Any) -> None:
        if settings.DEBUG:
            raise CommandError("Some defaults differ with DEBUG. Unset it.")
        text = "\n".join([_HEAD, *_lines()]) + "\n"
        if not check:
            FILE.write_text(text)
        elif not FILE.exists() or FILE.read_text() != text:
            raise CommandError(f"{FILE.name} is out of date. Run `make environment`.")


def _lines() -> Iterator[str]:
    """Yield the settings in the order of their page, and then settings that are not on it."""
    left = dict(env.declared)
    _, *parts = _SECTION.split(_PAGE.read_text())
    for heading, section in zip(parts[::2], parts[1::2], strict=True):
        documented = [found for found in _SETTING.findall(section) if found[0] in left]
        if documented:
            yield f"## {heading}"
        for name, question in documented:
            yield f"# {' '.join(question.split())}"
            yield f"#{name}={left.pop(name)}"
        if documented:
            yield ""
    for name, default in left.items():
        yield f"#{name}={default}"
