"""Whom a part of the API is for."""

from __future__ import annotations

from enum import StrEnum

from primepath.domain.errors import ForbiddenError, UnauthenticatedError
from primepath.domain.viewer import Viewer


class Visibility(StrEnum):
    """As a setting names it."""

    EVERYONE = "everyone"
    SIGNED_IN = "signed-in"
    NOBODY = "nobody"

    def includes(self, viewer: Viewer | None) -> bool:
        return self is Visibility.EVERYONE or (self is Visibility.SIGNED_IN and viewer is not None)

    def require(self, viewer: Viewer | None, action: str) -> None:
        """Raises `UnauthenticatedError` where signing in would allow ``action``, and `ForbiddenError` where nothing would."""
        if self.includes(viewer):
            return
        if self is Visibility.SIGNED_IN:
            raise UnauthenticatedError(f"Sign in to {action}.")
        raise ForbiddenError(f"Nobody can {action} on this server.")
