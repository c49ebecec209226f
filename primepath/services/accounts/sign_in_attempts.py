"""Limit on failed sign-ins."""

from __future__ import annotations

import hashlib
from functools import partial

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from primepath.domain.text import fold, normalize_username
from primepath.services.accounts.sign_in_log import Outcome, log_sign_in
from primepath.services.rate_limit import increment

_WINDOW_SECONDS = 900


class SignInAttempts:
    """Counts failed sign-ins in the shared cache, per account (existing or not) and per IP address.

    At the limit, attempts are rejected without checking the password. The limit ends 15 minutes after the first failure.
    A successful sign-in resets the count of the account. It does not reset that of the address, because an attacker could
    otherwise reset it with an account of their own. Each outcome leaves a line in the log.
    """

    def __init__(self, *, username: str, address: str) -> None:
        self._log = partial(log_sign_in, username, address)
        self._account = _key("account", fold(normalize_username(username)))
        self._limits = {
            self._account: settings.SIGN_IN_FAILURES_PER_ACCOUNT,
            _key("address", address): settings.SIGN_IN_FAILURES_PER_ADDRESS,
        }

    @property
    def retry_after_seconds(self) -> int:
        """Seconds to wait after the limit was reached, at most."""
        return _WINDOW_SECONDS

    @property
    def limit_message(self) -> str | None:
        """Message for people if the account or the address has reached its limit, otherwise None."""
        failures = cache.get_many(list(self._limits))
        minutes = _WINDOW_SECONDS // 60
        for key, limit in self._limits.items():
            if failures.get(key, 0) >= limit:
                self._log(Outcome.REFUSED)
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
        self._log(Outcome.FAILED)
        for key in self._limits:
            increment(cache, key, seconds=_WINDOW_SECONDS)

    def reset(self) -> None:
        """Delete the count of the account after a successful sign-in."""
        self._log(Outcome.SUCCEEDED)
        cache.delete(self._account)


def _key(kind: str, name: str) -> str:
    # A digest, because a cache key has no spaces and at most 250 characters.
    return f"sign-in/{kind}/{hashlib.sha256(name.encode()).hexdigest()}"
