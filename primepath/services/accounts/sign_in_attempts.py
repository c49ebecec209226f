"""Limit on failed attempts to enter a password."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from functools import partial
from ipaddress import IPv6Address, ip_address
from types import TracebackType
from typing import Self

from django.conf import settings
from django.utils.translation import gettext as _

from primepath.domain.errors import OverloadedError, UserErrorCode
from primepath.domain.text import fold, normalize_username
from primepath.services.accounts.sign_in_log import Outcome, log_sign_in
from primepath.services.attempts import add_attempt, reset_attempts, take_attempt_back
from primepath.services.passwords.hashing_thread import hashing_thread
from primepath.services.validation import ValidationErrors

_WINDOW_SECONDS = 900
# A provider assigns an IPv6 network of this size to each customer, who can use every address in the network.
_IPV6_NETWORK_BITS = 64


class SignInAttempt:
    """An attempt to enter the password of an account (existing or not), from an IP address.

    Every form and mutation that takes a password uses this class, as a context manager. Call `begin` before the password is
    checked, and `succeed` if it is correct, or `fail` if not. The attempt counts from the beginning, so attempts at the same
    time cannot exceed the limit.

    Entering the block raises `OverloadedError` if too many passwords wait to be checked. Such an attempt does not count.

    At the limit, attempts are rejected without checking the password. The limit ends 15 minutes after the first failure.
    A successful attempt resets the count of the account. It does not reset that of the address, because an attacker could
    otherwise reset it with an account of their own. Each outcome leaves a line in the log.
    """

    limit_message: str
    """Message for people after `begin` has returned False."""

    def __init__(self, *, username: str, address: str) -> None:
        self._log = partial(log_sign_in, username, address)
        self._account = _name("account", fold(normalize_username(username)))
        self._names = (self._account, _name("address", _network(address)))
        self._place = ExitStack()
        self._has_begun = False

    def __enter__(self) -> Self:
        self._place.enter_context(hashing_thread.place())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._place.close()
        if isinstance(error, OverloadedError) and self._has_begun:
            take_attempt_back(self._names)

    def begin(self) -> bool:
        """Count the attempt. Return False if it exceeds a limit, which `limit_message` describes."""
        of_account, of_address = add_attempt(self._names, seconds=_WINDOW_SECONDS)
        if of_account > settings.SIGN_IN_FAILURES_PER_ACCOUNT:
            template = _(
                "Too many failed sign-ins for this account. Try again in {minutes} minutes."
            )
        elif of_address > settings.SIGN_IN_FAILURES_PER_ADDRESS:
            template = _(
                "Too many failed sign-ins from this address. Try again in {minutes} minutes."
            )
        else:
            self._has_begun = True
            return True
        self._log(Outcome.REFUSED)
        self.limit_message = template.format(minutes=_WINDOW_SECONDS // 60)
        # Otherwise a locked account, if its owner keeps trying, would lock the address for everyone else.
        take_attempt_back(self._names)
        return False

    def begin_or_refuse(self, errors: ValidationErrors) -> None:
        """Count the attempt. If it exceeds a limit, raise `ValidationFailedError` with ``RATE_LIMITED``."""
        if not self.begin():
            errors.add(
                UserErrorCode.RATE_LIMITED,
                self.limit_message,
                retry_after_seconds=_WINDOW_SECONDS,
            )
            errors.raise_if_any()

    def fail(self) -> None:
        """Note that the password was wrong. The attempt is counted already."""
        self._log(Outcome.FAILED)

    def succeed(self) -> None:
        """Do not count this attempt, and delete the count of the account."""
        self._log(Outcome.SUCCEEDED)
        take_attempt_back(self._names)
        reset_attempts(self._account)


def _network(address: str) -> str:
    """Return the part of the address that one client cannot change."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    host_bits = 128 - _IPV6_NETWORK_BITS
    return str(IPv6Address(int(parsed) >> host_bits << host_bits))


def _name(kind: str, name: str) -> str:
    # A digest, because the name of a counter has a limited length.
    return f"sign-in/{kind}/{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"
