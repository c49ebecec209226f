"""Fingerprint of a password: a token stores it, and is valid only while the user's password has the same one."""

from __future__ import annotations

import hashlib


def password_fingerprint(stored_password: str) -> str:
    """Return the fingerprint of a user's stored password, which is a salted hash.

    Setting the same password again changes the fingerprint too, because the salt is new.
    """
    return hashlib.sha256(stored_password.encode()).hexdigest()
