"""Files that the server keeps for a short time."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

MAX_FILE_BYTES = 10 * 1024**2
MAX_UPLOAD_BYTES = MAX_FILE_BYTES + 65_536
"""Limit of the body of an upload: a form has boundaries and headers around the file."""
UPLOAD_KEPT = timedelta(hours=1)
DOWNLOAD_KEPT = timedelta(minutes=5)


class FilePurpose(StrEnum):
    """Reason why a file is kept."""

    UPLOAD = "UPLOAD"
    """A user sent it, to import it."""
    DOWNLOAD = "DOWNLOAD"
    """A user exported it, to download it once."""
