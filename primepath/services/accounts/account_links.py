"""Create, find and use links that set the password of an account."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.utils import timezone

from primepath.domain.account_link import LINK_LIFETIMES, LinkPurpose
from primepath.models import AccountLink
from primepath.services.accounts.password_fingerprint import password_fingerprint
from primepath.services.accounts.viewers import VIEWER_RELATIONS, viewer_of
from primepath.services.address_secrets import derive_again, derived_secret, digest_of

LINK_RELATIONS = ("user", *(f"user__{name}" for name in VIEWER_RELATIONS))
"""Relations of a link that decide whether it can be used."""
_PURPOSE = "account_link"


def create_link(account: User, purpose: LinkPurpose) -> tuple[str, AccountLink]:
    """Store a link for a locked account, instead of any other. Return its secret and the row."""
    now = timezone.now()
    secret = derived_secret(_PURPOSE, account.pk, _text(now))
    link, _is_new = AccountLink.objects.update_or_create(
        user=account,
        defaults={
            "purpose": purpose,
            "digest": digest_of(secret),
            "password_fingerprint": _fingerprint(account),
            "created_at": now,
            "expires_at": now + LINK_LIFETIMES[purpose],
        },
    )
    return secret, link


def find_link(secret: str) -> AccountLink | None:
    """Return the link with this secret and its account, in one query. None if it does not exist, has ended, or was used."""
    links = AccountLink.objects.select_related(*LINK_RELATIONS)
    link = links.filter(digest=digest_of(secret), expires_at__gt=timezone.now()).first()
    return link if link is not None and _is_valid(link) else None


def _is_valid(link: AccountLink) -> bool:
    """Return whether the link can be used, apart from its expiry."""
    return viewer_of(link.user) is not None and link.password_fingerprint == _fingerprint(link.user)


def _fingerprint(account: User) -> str:
    """Return a fingerprint of the password and the powers of an account. When one of them changes, the link ends.

    Head teachers create links, and keep their secrets. They must not take over an account that becomes one of staff.
    """
    powers = [name for name in ("is_staff", "is_superuser") if getattr(account, name)]
    return password_fingerprint(" ".join([account.password, *powers]))


def secret_of(link: AccountLink) -> str | None:
    """Return the secret of a link once more, for a retry. None if it has ended, or if SECRET_KEY has changed."""
    if link.expires_at <= timezone.now() or not _is_valid(link):
        return None
    return derive_again(_PURPOSE, link.user_id, _text(link.created_at), digest=link.digest)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
