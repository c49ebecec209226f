"""Replace hashes of former algorithms or parameters, when their owner signs in and the password is known."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password, verify_password
from django.contrib.auth.models import User
from django.db import transaction

from primepath.models import ApiToken
from primepath.services.accounts.password_fingerprint import password_fingerprint


def check_and_upgrade(user: User, password: str) -> bool:
    """Return whether the password of ``user`` is correct. If it is and its hash is out of date, store a new hash.

    Tokens of the user stay valid. Sessions in other browsers end, because only each session itself contains the old hash.
    """
    is_correct, is_out_of_date = verify_password(password, user.password)
    if not (is_correct and is_out_of_date) or _replaced(user, make_password(password)):
        return is_correct
    # The hash was replaced by another sign-in, or the password has changed since the user was loaded.
    user.refresh_from_db(fields=["password"])
    return check_password(password, user.password)


@transaction.atomic
def _replaced(user: User, new: str) -> bool:
    """Store the new hash, unless the stored one has changed since the user was loaded."""
    old = user.password
    if not User.objects.filter(pk=user.pk, password=old).update(password=new):
        return False
    ApiToken.objects.filter(user=user.pk, password_fingerprint=password_fingerprint(old)).update(
        password_fingerprint=password_fingerprint(new)
    )
    user.password = new
    return True
