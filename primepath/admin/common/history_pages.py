"""Pages of models with recorded changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import quote, unquote
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from primepath.admin.common.base import SchoolAdmin
from primepath.admin.common.generics import M
from primepath.admin.common.history_display import HistoryFormatter
from primepath.domain.history import HistorySubject
from primepath.models import HistoryEntry

SHOWN_CHARACTERS = 120
_LATEST = 10


class WithHistory(SchoolAdmin[M]):
    """The page of a recorded model. Its History button opens the recorded changes.

    It also declares how the history shows rows of the model: their names, their addresses and their lists.
    """

    history_subject: ClassVar[HistorySubject]
    history_lists: ClassVar[Mapping[str, type[Model]]] = {}
    """Recorded lists of keys that are not fields of the model: the name of each list and the model of its keys."""
    name_relations: ClassVar[tuple[str, ...]] = ()
    """Relations that the name of a row reads."""

    def history_key(self, obj: M) -> str:
        """Return the key under which the changes of a row are recorded."""
        return str(obj.pk)

    def history_url(self, key: str) -> str:
        """Return the address of the page of the row that was recorded under ``key``."""
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(page, args=(quote(key),), current_app=self.admin_site.name)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Show the history of this row instead of Django's own log."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        page = reverse("admin:primepath_historyentry_changelist", current_app=self.admin_site.name)
        only = {"subject__exact": self.history_subject, "subject_key": self.history_key(obj)}
        return HttpResponseRedirect(f"{page}?{urlencode(only)}")

    @admin.display(description=_("latest changes"))
    def latest_changes(self, obj: M) -> str:
        """Return the newest entries as HTML."""
        key = self.history_key(obj)
        entries = HistoryEntry.objects.filter(subject=self.history_subject, subject_key=key)
        latest = list(entries[:_LATEST])
        formatter = HistoryFormatter(latest, self.admin_site)
        return format_html_join(
            "",
            "<p>{}, {}: {}{}</p>",
            (
                (
                    localize(timezone.localtime(entry.at)),
                    entry.actor_name,
                    entry.get_action_display(),
                    formatter.changes(entry, limit=SHOWN_CHARACTERS),
                )
                for entry in latest
            ),
        )
