"""The history: to look at, as a whole and on the pages of what was changed."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from primepath.admin.class_curriculum import curriculum_url
from primepath.admin.common.base import SchoolAdmin, ViewOnlyAdmin
from primepath.admin.common.generics import M
from primepath.admin.common.history_display import HistoryFormatter
from primepath.domain.history import HistorySubject
from primepath.models import (
    ClassAccessRequest,
    CurriculumLevel,
    Exam,
    ExamScheduleMatrix,
    HistoryEntry,
    TeacherClassAssignment,
)

_SHOWN_CHARACTERS = 120
_LATEST = 10
_PAGES = {
    HistorySubject.CELL: ExamScheduleMatrix,
    HistorySubject.EXAM: Exam,
    HistorySubject.LEVEL: CurriculumLevel,
    HistorySubject.ASSIGNMENT: TeacherClassAssignment,
    HistorySubject.ACCESS_REQUEST: ClassAccessRequest,
}


class HistoryList(ChangeList):
    """A page of the list, which knows the words for all its entries."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        entries: list[Any] = list(self.result_list)
        wording = HistoryFormatter(entries)
        for entry in entries:
            entry.wording = wording
        self.result_list = entries


@admin.register(HistoryEntry)
class HistoryAdmin(ViewOnlyAdmin[HistoryEntry]):
    list_display = ("at", "actor_name", "action", "subject", "about", "what_changed")
    list_filter = ("action", "subject", "at")
    # A table that only grows: its full count is not worth a scan a page.
    show_full_result_count = False
    search_fields = ("subject_key__icontains", "teacher__name_key__contains", "actor_name")
    search_is_folded = True
    search_help_text = (
        "Key of what was changed (CLASS/YEAR/PERIOD of a cell), or name of who did it."
    )
    ordering = ("-id",)
    fields = ("at", "actor_name", "actor", "action", "subject", "about", "all_changes")
    readonly_fields = ("about", "all_changes")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return HistoryList

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        entry: Any = super().get_object(request, object_id, from_field)
        if entry is not None:
            entry.wording = HistoryFormatter([entry])
        return entry

    @admin.display(description="about", ordering="subject_key")
    def about(self, entry: Any) -> str:
        url = self._url_of_subject(entry)
        return format_html('<a href="{}">{}</a>', url, entry.wording.subject(entry))

    @admin.display(description="what changed")
    def what_changed(self, entry: Any) -> str:
        return str(entry.wording.changes(entry, limit=_SHOWN_CHARACTERS))

    @admin.display(description="what changed")
    def all_changes(self, entry: Any) -> str:
        return str(entry.wording.changes(entry))

    def _url_of_subject(self, entry: HistoryEntry) -> str:
        site, key = self.admin_site.name, entry.subject_key
        subject = HistorySubject(entry.subject)
        if subject is HistorySubject.CURRICULUM:
            class_code, year = key.split("/")
            return curriculum_url(class_code, int(year), site_name=site)
        page = f"admin:primepath_{_PAGES[subject]._meta.model_name}_change"
        return reverse(page, args=(quote(key),), current_app=site)


class WithHistory(SchoolAdmin[M]):
    """The page of something whose changes are kept: its History button leads to them."""

    history_subject: ClassVar[HistorySubject]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        page = reverse("admin:primepath_historyentry_changelist", current_app=self.admin_site.name)
        of_this = {"subject__exact": self.history_subject, "subject_key": unquote(object_id)}
        return HttpResponseRedirect(f"{page}?{urlencode(of_this)}")

    @admin.display(description="latest changes")
    def latest_changes(self, obj: M) -> str:
        """The newest entries, in words; HTML."""
        entries = HistoryEntry.objects.filter(subject=self.history_subject, subject_key=str(obj.pk))
        latest = list(entries[:_LATEST])
        wording = HistoryFormatter(latest)
        return format_html_join(
            "",
            "<p>{}, {}: {}{}</p>",
            (
                (
                    f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M}",
                    entry.actor_name,
                    entry.get_action_display(),
                    wording.changes(entry, limit=_SHOWN_CHARACTERS),
                )
                for entry in latest
            ),
        )
