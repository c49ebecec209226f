"""Files that the server keeps for a short time."""

from __future__ import annotations

from enum import StrEnum


class FilePurpose(StrEnum):
    """Reason why a file is kept."""

    UPLOAD = "UPLOAD"
    """A user sent it, to import it."""
    DOWNLOAD = "DOWNLOAD"
    """A user exported it, to download it once."""
