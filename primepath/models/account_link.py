"""Links with which a person sets the password of an account."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from primepath.db.constraints import choices, one_of
from primepath.domain.account_link import LinkPurpose


class AccountLink(models.Model):
    """A link that sets the password of an account once. Whoever has its address can use it until ``expires_at``.

    Only the SHA-256 digest of the secret in the address is stored. An account has at most one link: a new one replaces it. A link ends
    when the password is set in any way, and when the account becomes one of staff or of a superuser. So ``password_fingerprint`` is one
    of the password and of these powers.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="account_link",
    )
    purpose = models.CharField(max_length=10, choices=choices(LinkPurpose))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    password_fingerprint = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [one_of("purpose", LinkPurpose, name="link_purpose_known")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.user_id}"
