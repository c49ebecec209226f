"""The form of a cell: its details and its exams."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from primepath.admin.common.autocomplete import KeysChoiceField, SearchBoxOfMany
from primepath.admin.common.service_forms import VersionedForm
from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.exam import EXAM_TYPE_OF_PERIOD
from primepath.domain.period import Period
from primepath.models import Exam, ExamScheduleMatrix
from primepath.services.cells.assign_exams import assign_exams
from primepath.services.cells.cell_changes import CellChanges
from primepath.services.cells.unassign_exams import unassign_exams
from primepath.services.cells.update_cell import update_cell
from primepath.services.cells.writing import LOCKED_STATUSES

DETAILS = (
    *("status", "scheduled_date", "start_time", "end_time"),
    *("room", "invigilator", "notes"),
)


class CellForm(VersionedForm[ExamScheduleMatrix]):
    """Changes a cell's details and exams, with up to three services in the transaction of the request."""

    error_fields = {
        "cells": "chosen_exams",
        "exam_ids": "chosen_exams",
        "invigilator_id": "invigilator",
    }

    chosen_exams = KeysChoiceField(
        Exam.objects.none(),
        required=False,
        label=_("Exams"),
        widget=SearchBoxOfMany(ExamScheduleMatrix._meta.get_field("exams"), admin.site),
        help_text=_(
            "Adding exams to an empty cell makes it scheduled. Removing all exams of a scheduled cell makes it empty."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        exam_ids = list(self.instance.cell_exams.values_list("exam", flat=True))
        self.initial["chosen_exams"] = exam_ids
        choice = cast("forms.ModelMultipleChoiceField[Exam]", self.fields["chosen_exams"])
        cell = self.instance
        key = CellKey(cell.school_class_id, cell.academic_year, Period(cell.period))
        choice.queryset = Exam.objects.filter(fitting(key) | Q(pk__key_in=exam_ids))
        box: Any = choice.widget
        box.owner_key = cell.pk

    def write(self) -> ExamScheduleMatrix:
        cell = CellKey.parse(self.instance.pk)
        changes = self._changes()
        # A locked cell gets its new status before its exams change. Any other cell gets its exams first, because they
        # decide which status is allowed. The first update locks the cell and checks its version in both cases.
        is_locked = self.initial["status"] in LOCKED_STATUSES
        update_cell(
            viewer=self.viewer,
            cell=cell,
            changes=changes if is_locked else {},
            expected_version=self.cleaned_data["expected_version"],
        )
        self._write_exams(cell)
        if not is_locked:
            update_cell(viewer=self.viewer, cell=cell, changes=changes)
        return self.instance

    def _changes(self) -> CellChanges:
        entered = {**self.cleaned_data, "status": CellStatus(self.cleaned_data["status"])}
        changed = {name: entered[name] for name in DETAILS if name in self.changed_data}
        if "invigilator" in changed:
            invigilator = changed.pop("invigilator")
            changed["invigilator_id"] = invigilator and invigilator.pk
        return cast("CellChanges", changed)

    def _write_exams(self, cell: CellKey | None) -> None:
        shown: set[int] = set(self.initial["chosen_exams"])
        chosen = {exam.pk for exam in self.cleaned_data["chosen_exams"]}
        # Exams are added first, so that replacing all exams of a scheduled cell does not make it empty in between.
        if added := sorted(chosen - shown):
            assign_exams(viewer=self.viewer, cells=[cell], exam_ids=added)
        if removed := sorted(shown - chosen):
            unassign_exams(viewer=self.viewer, cells=[cell], exam_ids=removed)


def fitting(cell: CellKey) -> Q:
    """Return the condition for exams that can be assigned to the cell."""
    return Q(
        Q(academic_year=None) | Q(academic_year=cell.academic_year),
        type=EXAM_TYPE_OF_PERIOD[cell.period.type],
        is_active=True,
    )
