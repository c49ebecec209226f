"""API tokens: which apps have access, and an action to revoke it."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from primepath.admin.common.history_pages import WithHistory
from primepath.admin.common.permissions import ViewOnly, viewer_in
from primepath.domain.history import HistorySubject
from primepath.models import ApiToken
from primepath.services.accounts.administer_tokens import withdraw_token
from primepath.services.accounts.password_fingerprint import password_fingerprint


@admin.register(ApiToken)
class ApiTokenAdmin(ViewOnly, WithHistory[ApiToken]):
    """Tokens are created by signing in and by ``create_token``. The tokens themselves are not stored."""

    history_subject = HistorySubject.TOKEN

    list_display = ("name", "user", "is_valid", "created_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "expires_at")
    date_hierarchy = "created_at"
    search_fields = ("name", "user__username")
    search_help_text = _("Where the token is used, or username.")
    fields = (
        *("name", "user", "is_valid", "created_at", "expires_at", "revoked_at"),
        "latest_changes",
    )
    readonly_fields = ("is_valid", "latest_changes")
    actions = ("revoke",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse filters by digest or password, which would reveal them one character at a time."""
        is_secret = lookup.startswith("digest") or "password" in lookup
        return not is_secret and super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("valid"), boolean=True)
    def is_valid(self, token: ApiToken) -> bool:
        is_expired = token.expires_at is not None and token.expires_at <= timezone.now()
        is_ended = token.revoked_at is not None or is_expired
        same_password = token.password_fingerprint == password_fingerprint(token.user.password)
        return token.user.is_active and same_password and not is_ended

    @admin.action(description=_("Revoke selected API tokens"), permissions=["view"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        revoked, viewer = 0, viewer_in(request)
        for token in tokens:
            if withdraw_token(viewer=viewer, token_id=token.pk):
                self.log_change(request, token, "Revoked.")
                revoked += 1
        template = ngettext("{count} token revoked.", "{count} tokens revoked.", revoked)
        messages.success(request, template.format(count=revoked))
