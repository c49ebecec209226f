"""The history of all changes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from primepath.admin.common.base import ViewOnlyAdmin
from primepath.admin.common.history_display import HistoryFormatter
from primepath.admin.common.history_pages import SHOWN_CHARACTERS
from primepath.models import HistoryEntry


class HistoryList(ChangeList):
    """A page of the list. Its entries share one formatter, so that names are read together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        entries: list[Any] = list(self.result_list)
        formatter = HistoryFormatter(entries, self.model_admin.admin_site)
        for entry in entries:
            entry.formatter, entry.request = formatter, request
        self.result_list = entries


@admin.register(HistoryEntry)
class HistoryAdmin(ViewOnlyAdmin[HistoryEntry]):
    list_display = ("at", "actor_name", "action", "subject", "about", "shortened_changes")
    list_filter = ("action", "subject", "at")
    # The table only grows, and counting all of it would scan it for every page.
    show_full_result_count = False
    search_fields = ("subject_key__icontains", "teacher__name_key__contains", "actor_name")
    search_is_folded = True
    search_help_text = _(
        "Key of the changed row (CLASS/YEAR/PERIOD for a cell), or name of the person."
    )
    ordering = ("-id",)
    fields = ("at", "actor_name", "actor", "action", "subject", "about", "all_changes")
    readonly_fields = ("about", "all_changes")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return HistoryList

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        entry: Any = super().get_object(request, object_id, from_field)
        if entry is not None:
            entry.formatter, entry.request = HistoryFormatter([entry], self.admin_site), request
        return entry

    @admin.display(description=_("about"), ordering="subject_key")
    def about(self, entry: Any) -> str:
        """Return the name of the changed row, with a link if the viewer can open its page."""
        name, page = entry.formatter.subject(entry), entry.formatter.page(entry)
        if not page.has_view_permission(entry.request):
            return str(name)
        return format_html('<a href="{}">{}</a>', page.history_url(entry.subject_key), name)

    @admin.display(description=_("changes"))
    def shortened_changes(self, entry: Any) -> str:
        return str(entry.formatter.changes(entry, limit=SHOWN_CHARACTERS))

    @admin.display(description=_("changes"))
    def all_changes(self, entry: Any) -> str:
        return str(entry.formatter.changes(entry))
