"""The permission check of the services for the school's own data."""

from __future__ import annotations

from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.services.validation import ValidationErrors


def check_administrator(viewer: Viewer, errors: ValidationErrors) -> None:
    """Add an error if the viewer is neither a head teacher nor staff."""
    if not viewer.is_administrator:
        errors.add(UserErrorCode.FORBIDDEN, _("Only head teachers and staff can do this."))
