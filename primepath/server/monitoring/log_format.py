"""The setting `LOG_FORMAT`."""

from __future__ import annotations

import sys
from enum import StrEnum

# Named, not imported: the formatters need the settings.
_FORMATTERS = "primepath.server.monitoring.log_formatters"


class LogFormat(StrEnum):
    """Format of the log."""

    AUTO = "auto"
    """Text if standard error is a terminal, otherwise JSON."""
    JSON = "json"
    TEXT = "text"

    @property
    def formatter(self) -> str:
        """The import path of the formatter's class."""
        is_text = self is LogFormat.TEXT or (self is LogFormat.AUTO and sys.stderr.isatty())
        return f"{_FORMATTERS}.{'TextFormatter' if is_text else 'JsonFormatter'}"
