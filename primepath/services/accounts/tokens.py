"""Bearer tokens: made, recognised, revoked. Only their digests are stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from primepath.db.statement import Statement
from primepath.domain.viewer import Viewer
from primepath.models import ApiToken
from primepath.services.accounts.viewers import ACCOUNT_COLUMNS, viewer_of_account

_PREFIX = "ppt_"
_valid_tokens = Statement(
    lambda digest, now: (
        ApiToken.objects.valid(now)
        .filter(digest=digest)
        .values_list("pk", *(f"user__{name}" for name in ACCOUNT_COLUMNS))
    )
)


class ValidToken(NamedTuple):
    """A token that lets its owner in."""

    token_id: int
    viewer: Viewer


def digest(token: str) -> str:
    """What is stored of a token. It has 256 random bits, so a plain SHA-256 cannot be searched."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def create_token(
    *, user: User, name: str, expires_at: datetime | None = None
) -> tuple[str, ApiToken]:
    """Makes a token for ``user``; returns it, to be shown once, with its stored row.

    Without ``expires_at`` it lives as long as ``TOKEN_LIFETIME_DAYS`` says.
    """
    token = _PREFIX + secrets.token_urlsafe(32)
    if expires_at is None:
        expires_at = timezone.now() + timedelta(days=settings.TOKEN_LIFETIME_DAYS)
    stored = ApiToken.objects.create(
        user=user, name=name, digest=digest(token), expires_at=expires_at
    )
    return token, stored


def find_token(token: str) -> ValidToken | None:
    """The token with its owner (one query); None for one that is not valid, or whose owner may not sign in."""
    for token_id, *account in _valid_tokens(digest(token), timezone.now()):
        viewer = viewer_of_account(*account)
        return ValidToken(token_id, viewer) if viewer else None
    return None


def revoke_token(*, token_id: int) -> bool:
    """Revokes a token at once; False where it was revoked before."""
    return bool(
        ApiToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=timezone.now())
    )
