"""Tables that pytest prints even if it captures output."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import pytest


def show(config: pytest.Config, lines: Iterable[str]) -> None:
    capture: Any = config.pluginmanager.get_plugin("capturemanager")
    with capture.global_and_fixture_disabled():
        sys.stdout.write("\n" + "".join(f"{line}\n" for line in lines))
