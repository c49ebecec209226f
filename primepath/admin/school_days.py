"""Closed days, recorded holidays and accepted warnings."""

from __future__ import annotations

from django.contrib import admin

from primepath.admin.common.history_pages import WithHistory
from primepath.admin.common.permissions import ViewOnly
from primepath.domain.history import HistorySubject
from primepath.models import SchoolDay, WarningAcceptance


@admin.register(SchoolDay)
class SchoolDayAdmin(ViewOnly, WithHistory[SchoolDay]):
    """Days are changed through the API, with ``closeSchool`` and ``reopenSchool``."""

    history_subject = HistorySubject.SCHOOL_DAY
    list_display = ("date", "name", "kind", "is_open")
    list_filter = ("kind", "is_open")
    date_hierarchy = "date"
    search_fields = ("name",)
    ordering = ("-date",)
    fields = ("date", "name", "kind", "is_open", "latest_changes")
    readonly_fields = ("latest_changes",)


@admin.register(WarningAcceptance)
class WarningAcceptanceAdmin(ViewOnly, WithHistory[WarningAcceptance]):
    """Warnings are accepted through the API, with ``acceptWarning``."""

    history_subject = HistorySubject.WARNING
    list_display = ("code", "date", "reason", "by_name", "at")
    list_filter = ("code",)
    date_hierarchy = "at"
    search_fields = ("reason", "by_name")
    ordering = ("-at",)
    fields = ("code", "date", "reason", "by_name", "teacher", "at", "latest_changes")
    readonly_fields = ("latest_changes",)
