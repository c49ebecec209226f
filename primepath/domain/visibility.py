"""Settings that say who can use a part of the API."""

from __future__ import annotations

from enum import StrEnum

from primepath.domain.viewer import Viewer


class Visibility(StrEnum):
    """Group of people who can use a part of the API. The settings use the same values."""

    EVERYONE = "everyone"
    SIGNED_IN = "signed-in"
    NOBODY = "nobody"

    def includes(self, viewer: Viewer | None) -> bool:
        """Return whether ``viewer``, None if anonymous, can use it."""
        return self is Visibility.EVERYONE or (self is Visibility.SIGNED_IN and viewer is not None)
