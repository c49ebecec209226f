"""API tokens: to see which apps come in, and to shut one out."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from primepath.admin.common.base import ViewOnlyAdmin
from primepath.models import ApiToken
from primepath.services.accounts.tokens import revoke_token


@admin.register(ApiToken)
class ApiTokenAdmin(ViewOnlyAdmin[ApiToken]):
    """Tokens are made by signing in and by ``create_token``; nobody can see them here."""

    list_display = ("name", "user", "is_valid", "created_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "expires_at")
    date_hierarchy = "created_at"
    search_fields = ("name", "user__username")
    search_help_text = "What the token is used by, or name of the account."
    fields = ("name", "user", "is_valid", "created_at", "expires_at", "revoked_at")
    actions = ("revoke",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Not by digest: a list that can be filtered by it tells it, a character at a time."""
        return not lookup.startswith("digest") and super().lookup_allowed(lookup, value, request)

    @admin.display(description="opens the door", boolean=True)
    def is_valid(self, token: ApiToken) -> bool:
        is_expired = token.expires_at is not None and token.expires_at <= timezone.now()
        return token.user.is_active and token.revoked_at is None and not is_expired

    @admin.action(description="Revoke selected %(verbose_name_plural)s", permissions=["view"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        revoked = 0
        for token in tokens:
            if revoke_token(token_id=token.pk):
                self.log_change(request, token, "Revoked.")
                revoked += 1
        tokens_are = "token is" if revoked == 1 else "tokens are"
        messages.success(request, f"{revoked} {tokens_are} revoked.")
