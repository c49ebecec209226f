"""Sentences that several descriptions share. Permissions are worded from the rule, so they read the same everywhere."""

from __future__ import annotations

from django.conf import settings

from primepath.domain.school_class import EDITING_LEVELS, AccessLevel


def requires_edit(where: str = "") -> str:
    """Name the access levels that allow changes, for example with ``" to the targets"``."""
    levels = " or ".join(level for level in AccessLevel if level in EDITING_LEVELS)
    return f"Requires {levels} access{where}."


REQUIRES_EDIT_OF_A_CLASS = requires_edit(" to at least one class")
ADMINISTRATORS_ONLY = "Head teachers and staff only."
CREATOR_OR_ADMINISTRATORS = "Only the creator, head teachers and staff can do this."
NULL_IF_HIDDEN = "Null if it does not exist or you do not have access."
EXPECTS_NEW_VALUES = "New values can be added at any time."

ACADEMIC_YEAR = "Academic year (a calendar year), for example 2026."
EXPIRES_AT = "End of the access. Must be in the future. Defaults to no expiry."
CLASS_CODE = "Class code, for example `PRIMARY_1A`."
PERIOD = "Month or quarter."
SEND_AS_EXPECTED_VERSION = "Send it as `expectedVersion` to avoid overwriting other changes."
DRY_RUN = (
    "True: check everything, save nothing, and return the cells and warnings as they would be. The history and completion "
    "of the cells are the stored ones."
)
UNCHANGED_IF_OMITTED = "Omitted fields keep their value; null clears a field."


def expected_version(of: str) -> str:
    """Describe ``expectedVersion`` in an input that changes ``of``, for example a cell."""
    return (
        f"Expected current version. If the {of} has changed, the mutation fails with STALE_VERSION "
        f"and returns the current {of}. Omit to overwrite."
    )


def expected_versions(where: str) -> str:
    """Describe ``expectedVersions`` in an input that changes the cells ``where``, for example its targets."""
    return (
        f"Expected current versions of {where}; not all are required. If one has changed, the mutation fails with "
        "STALE_VERSION, with the position in this list, and returns the current cells. A cell that is listed twice, "
        f"or is none of these cells, is a BAD_USER_INPUT error. Maximum: {settings.MAX_LIST_LENGTH:,}. "
        "Defaults to none: other changes are overwritten."
    )
