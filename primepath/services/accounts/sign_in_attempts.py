"""How often somebody may try to sign in and fail."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from primepath.domain.text import fold
from primepath.services.rate_limit import increment

_WINDOW_SECONDS = 900


class SignInAttempts:
    """Counts the failures of an account, whether it exists or not, and of an address, in the shared cache.

    After too many, attempts are refused without a look at the password, until the window that the first failure
    opened is over. An account that signs in is forgiven; an address is not, or an attacker's own account would do.
    """

    def __init__(self, *, username: str, address: str) -> None:
        self._account = _key("account", fold(username))
        self._limits = {
            self._account: settings.SIGN_IN_FAILURES_PER_ACCOUNT,
            _key("address", address): settings.SIGN_IN_FAILURES_PER_ADDRESS,
        }

    @property
    def limit_message(self) -> str | None:
        """Message for people if the account or the address has reached its limit, otherwise None."""
        failures = cache.get_many(list(self._limits))
        minutes = _WINDOW_SECONDS // 60
        for key, limit in self._limits.items():
            if failures.get(key, 0) >= limit:
                template = (
                    _("Too many failed sign-ins for this account. Try again in {minutes} minutes.")
                    if key == self._account
                    else _(
                        "Too many failed sign-ins from this address. Try again in {minutes} minutes."
                    )
                )
                return template.format(minutes=minutes)
        return None

    def record_failure(self) -> None:
        """Count a failed sign-in for the account and for the address."""
        for key in self._limits:
            increment(cache, key, seconds=_WINDOW_SECONDS)

    def reset(self) -> None:
        """Forget the failures of the account, which has signed in. Those of the address stay."""
        cache.delete(self._account)


def _key(kind: str, name: str) -> str:
    # A digest, as a key of the cache has no spaces and no more than 250 characters.
    return f"sign-in/{kind}/{hashlib.sha256(name.encode()).hexdigest()}"
