"""Create, find and revoke bearer tokens. Only their digests are stored."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from primepath.db.statement import Lookup, Parameter, Statement
from primepath.domain.viewer import Viewer
from primepath.models import ApiToken
from primepath.services.accounts.observation import Observation, Observer
from primepath.services.accounts.password_fingerprint import password_fingerprint
from primepath.services.accounts.viewers import ACCOUNT_COLUMNS, viewer_of_account
from primepath.services.address_secrets import digest_of
from primepath.services.last_use import LastUse

_PREFIX = "ppt_"
_uses = LastUse(ApiToken)


def _make(digest: Parameter, now: Parameter) -> QuerySet[Any, Any]:
    return (
        ApiToken.objects.valid(now)
        .filter(digest=digest)
        .values_list(
            *("pk", "password_fingerprint", "last_used_at", "user__password"),
            *Observer.columns(now),
            *(f"user__{name}" for name in ACCOUNT_COLUMNS),
        )
    )


_valid_tokens = Statement(_make)
_fingerprints = Statement(
    lambda ids, now: (
        ApiToken.objects.valid(now)
        .filter(pk__key_in=ids)
        .values_list("pk", "password_fingerprint", "user__password")
    )
)


class ValidToken(NamedTuple):
    """Primary key of a valid token, its owner, and the state of the database if it is known."""

    token_id: int
    viewer: Viewer
    observation: Observation | None = None


def create_token(
    *, user: User, name: str, expires_at: datetime | None = None
) -> tuple[str, ApiToken]:
    """Create a token for ``user``. Return the token, which is shown only once, and its stored row.

    The token belongs to the password that ``user`` was loaded with. If the password has changed since, it is invalid.
    ``expires_at`` defaults to ``TOKEN_LIFETIME_DAYS`` days from now.
    """
    token = _PREFIX + secrets.token_urlsafe(32)
    if expires_at is None:
        expires_at = timezone.now() + timedelta(days=settings.TOKEN_LIFETIME_DAYS)
    stored = ApiToken.objects.create(
        user=user,
        name=name,
        digest=digest_of(token),
        password_fingerprint=password_fingerprint(user.password),
        expires_at=expires_at,
    )
    return token, stored


def find_token(token: str) -> ValidToken | None:
    """Return a token with its owner, in one query.

    None if it is invalid, its owner cannot sign in, or the password has been set since the token was created.
    """
    return look_up_token(token).run()


def look_up_token(token: str) -> Lookup[ValidToken | None]:
    """Return the query of `find_token`."""
    observer = Observer()

    def read(rows: Iterable[tuple[Any, ...]]) -> ValidToken | None:
        for token_id, fingerprint, last_used_at, password, state, access_ends_at, *account in rows:
            if fingerprint != password_fingerprint(password):
                return None
            viewer = viewer_of_account(*account)
            if viewer is not None:
                _uses.note(token_id, last_used_at)
            observation = observer.observation(state, access_ends_at)
            return ValidToken(token_id, viewer, observation) if viewer else None
        return None

    return Lookup(_valid_tokens.bind(digest_of(token), observer.now), read)


def valid_tokens(token_ids: Collection[int]) -> set[int]:
    """Return which of these tokens are still valid, in one query."""
    rows = _fingerprints(list(token_ids), timezone.now())
    return {
        id for id, fingerprint, password in rows if fingerprint == password_fingerprint(password)
    }


def revoke_token(*, token_id: int) -> bool:
    """Revoke a token immediately. Return False if it was already revoked."""
    return bool(
        ApiToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=timezone.now())
    )
