"""Bearer tokens: made, recognised, revoked. Only their digests are stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from primepath.models import ApiToken

_PREFIX = "ppt_"


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


def find_token(token: str) -> ApiToken | None:
    """The valid token with its user and the user's teacher profile (one query); None for any other."""
    return (
        ApiToken.objects.valid()
        .select_related("user__teacher")
        .filter(digest=digest(token))
        .first()
    )


def revoke_token(*, token_id: int) -> bool:
    """Revokes a token at once; False where it was revoked before."""
    return bool(
        ApiToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=timezone.now())
    )
