"""The algorithms of `settings.PASSWORD_HASHERS`. All of them hash in the hashing thread.

The first one hashes new passwords. The others verify hashes that were imported or made by an earlier version.
`primepath.services.accounts.hash_upgrade` replaces these at the next sign-in.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    PBKDF2PasswordHasher,
    PBKDF2SHA1PasswordHasher,
    ScryptPasswordHasher,
)

from primepath.services.passwords.hashing_thread import hashing_thread


class _InHashingThread:
    """Django hashes in two methods only, so no form, mutation or command can bypass the thread."""

    def encode(self, *args: Any, **kwargs: Any) -> Any:
        return hashing_thread.run(super().encode, *args, **kwargs)  # type: ignore[misc]

    def verify(self, *args: Any, **kwargs: Any) -> Any:
        return hashing_thread.run(super().verify, *args, **kwargs)  # type: ignore[misc]


class Argon2Hasher(_InHashingThread, Argon2PasswordHasher):
    """Argon2id with parameters that OWASP recommends (Password Storage Cheat Sheet): 19 MiB, 2 passes, 1 lane.

    Django's parameters are 100 MiB and 8 lanes, which need more memory and start 8 threads per hash.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


class PBKDF2Hasher(_InHashingThread, PBKDF2PasswordHasher):
    """Django's default. One hash takes about ten times as long as with Argon2."""


class PBKDF2SHA1Hasher(_InHashingThread, PBKDF2SHA1PasswordHasher):
    """An older default of Django."""


class ScryptHasher(_InHashingThread, ScryptPasswordHasher):
    """Another algorithm that Django can use without further packages."""
