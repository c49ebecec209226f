"""The viewer of a Django user."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User

from primepath.db.statement import Statement
from primepath.domain.text import is_blank
from primepath.domain.viewer import Viewer

ACCOUNT_COLUMNS = (
    "id",
    "username",
    "first_name",
    "last_name",
    "is_active",
    "is_staff",
    "teacher__id",
    "teacher__name",
    "teacher__is_head_teacher",
    "preferences__language",
)
_accounts = Statement(lambda ids: User.objects.filter(pk__key_in=ids).values_list(*ACCOUNT_COLUMNS))

VIEWER_RELATIONS = ("teacher", "preferences")
"""Relations of a user that `viewer_of` reads. Read them in the same query."""


def viewer_of(user: AbstractBaseUser | AnonymousUser) -> Viewer | None:
    """Return the viewer of a Django user. None if the user is inactive, or neither a teacher nor staff."""
    if not isinstance(user, User):
        return None
    teacher = getattr(user, "teacher", None)
    profile: tuple[int | None, str | None, bool | None] = (None, None, None)
    if teacher is not None:
        profile = (teacher.pk, teacher.name, teacher.is_head_teacher)
    preferences = getattr(user, "preferences", None)
    language = preferences.language if preferences else None
    return viewer_of_account(
        user.pk,
        user.username,
        user.first_name,
        user.last_name,
        user.is_active,
        user.is_staff,
        *profile,
        language,
    )


# Most requests read the same accounts.
@lru_cache(maxsize=1_000)
def viewer_of_account(
    user_id: int,
    username: str,
    first_name: str,
    last_name: str,
    is_active: bool,
    is_staff: bool,
    teacher_id: int | None,
    teacher_name: str | None,
    is_head_teacher: bool | None,
    language: str | None,
) -> Viewer | None:
    """Return the viewer of the user with these values, which are `ACCOUNT_COLUMNS`; see `viewer_of`."""
    if not is_active or (teacher_id is None and not is_staff):
        return None
    return Viewer(
        user_id=user_id,
        username=username,
        name=teacher_name or _full_name(first_name, last_name) or username,
        teacher_id=teacher_id,
        is_head_teacher=bool(is_head_teacher),
        is_staff=is_staff,
        language=language or "",
    )


def viewers_of_accounts(account_ids: Collection[int]) -> dict[int, Viewer]:
    """Return the viewers of the accounts that can sign in, by account. One query."""
    return {
        row[0]: viewer
        for row in _accounts(list(account_ids))
        if (viewer := viewer_of_account(*row)) is not None
    }


def _full_name(first_name: str, last_name: str) -> str:
    name = f"{first_name} {last_name}".strip()
    return "" if is_blank(name) else name
