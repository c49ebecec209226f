"""Creating and revoking API tokens on behalf of others, with an entry in the history.

Signing in and out use `tokens` directly: each would be an entry, and none changes anything of the school.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.viewer import Viewer
from primepath.models import ApiToken
from primepath.services.accounts.tokens import create_token, revoke_token
from primepath.services.history import Recorded, record
from primepath.services.permissions import check_administrator
from primepath.services.validation import ValidationErrors


@transaction.atomic
def issue_token(
    *, viewer: Viewer, user: User, name: str, expires_at: datetime | None = None
) -> tuple[str, ApiToken]:
    """Create a token for ``user``; return it, to be shown once, with its stored row.

    Error code: ``FORBIDDEN`` unless the viewer is a head teacher or staff.
    """
    _check(viewer)
    token, stored = create_token(user=user, name=name, expires_at=expires_at)
    values = {"user_id": user.pk, "name": name, "expires_at": stored.expires_at}
    _record(stored.pk, viewer, HistoryAction.CREATE_TOKEN, values)
    return token, stored


@transaction.atomic
def withdraw_token(*, viewer: Viewer, token_id: int) -> bool:
    """Revoke the token of any account; return False if it does not exist or was revoked before.

    Error code: ``FORBIDDEN`` unless the viewer is a head teacher or staff.
    """
    _check(viewer)
    if not revoke_token(token_id=token_id):
        return False
    revoked_at = ApiToken.objects.values_list("revoked_at", flat=True).get(pk=token_id)
    _record(token_id, viewer, HistoryAction.REVOKE_TOKEN, {"revoked_at": revoked_at})
    return True


def _check(viewer: Viewer) -> None:
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    errors.raise_if_any()


def _record(token_id: int, viewer: Viewer, action: HistoryAction, after: Mapping[str, Any]) -> None:
    """Record what was done to a token; the token and its digest are never kept in the history."""
    record(
        viewer=viewer,
        action=action,
        subject=HistorySubject.TOKEN,
        at=timezone.now(),
        entries=[Recorded(str(token_id), differences({}, after))],
    )
