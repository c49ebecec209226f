"""End the tokens and sessions of an account when it is deactivated, so that activating it again does not revive them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import post_save
from django.utils import timezone

from primepath.models import ApiToken


def end_access_of_inactive_accounts() -> None:
    """Observe every change of an account: by services, the admin site, commands and the shell."""
    post_save.connect(_on_save, sender=User, dispatch_uid="primepath.deactivation")


def _on_save(
    *,
    instance: User,
    created: bool,
    raw: bool,
    update_fields: Collection[str] | None,
    **_: Any,
) -> None:
    may_have_changed = update_fields is None or "is_active" in update_fields
    if not (instance.is_active or created or raw) and may_have_changed:
        _end_access(instance.pk)


@transaction.atomic
def _end_access(user_id: int) -> None:
    now = timezone.now()
    ApiToken.objects.filter(user_id=user_id, revoked_at=None).update(revoked_at=now)
    # A session contains its user, but no column does. A school has few sessions, and deactivation is rare.
    sessions = Session.objects.filter(expire_date__gt=now).iterator()
    ended = [
        each.session_key for each in sessions if each.get_decoded().get(SESSION_KEY) == str(user_id)
    ]
    Session.objects.filter(session_key__in=ended).delete()
