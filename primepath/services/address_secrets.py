"""Secrets in addresses. Only their digests are stored."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode

from django.conf import settings
from django.utils.crypto import salted_hmac


def new_secret() -> str:
    """Return a random text of 43 letters, digits, ``-`` and ``_``."""
    return secrets.token_urlsafe(32)


def derived_secret(purpose: str, *facts: object) -> str:
    """Return a secret like `new_secret`, derived from what a row never changes.

    Only the server can derive it, with SECRET_KEY. So it can be shown again after a lost response, although it is not stored.
    """
    return _derive(settings.SECRET_KEY, purpose, facts)


def derive_again(purpose: str, *facts: object, digest: str) -> str | None:
    """Return the derived secret with this digest. None if SECRET_KEY and its fallbacks derive others."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        secret = _derive(key, purpose, facts)
        if digest_of(secret) == digest:
            return secret
    return None


def _derive(key: str, purpose: str, facts: tuple[object, ...]) -> str:
    derived = salted_hmac(f"primepath.{purpose}", repr(facts), secret=key, algorithm="sha256")
    return urlsafe_b64encode(derived.digest()).rstrip(b"=").decode()


def digest_of(secret: str) -> str:
    """Return the digest that is stored. A secret has 256 random bits, so an unsalted SHA-256 cannot be searched."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
