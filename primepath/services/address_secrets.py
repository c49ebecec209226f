"""Secrets in addresses. Only their digests are stored."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """Return a random text of 43 letters, digits, ``-`` and ``_``."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return the digest that is stored. A secret has 256 random bits, so an unsalted SHA-256 cannot be searched."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
