"""The forms of programs, sub-programs and levels."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from primepath.admin.common.fields import NumberField
from primepath.admin.common.service_forms import ServiceForm
from primepath.domain.school_class import FIRST_GRADE, LAST_GRADE
from primepath.models import CurriculumLevel, Program, SubProgram
from primepath.services.curriculum.create_level import create_level
from primepath.services.curriculum.create_program import create_program
from primepath.services.curriculum.create_subprogram import create_subprogram
from primepath.services.curriculum.update_level import update_level
from primepath.services.curriculum.update_program import update_program
from primepath.services.curriculum.update_subprogram import update_subprogram

_SORT_ORDER = gettext_lazy("Sort order.")


class ProgramForm(ServiceForm[Program]):
    grade_from = NumberField(min_value=FIRST_GRADE, max_value=LAST_GRADE)
    grade_to = NumberField(min_value=FIRST_GRADE, max_value=LAST_GRADE)
    position = NumberField(min_value=0, initial=0, help_text=_SORT_ORDER)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        grade_from, grade_to = cleaned.get("grade_from"), cleaned.get("grade_to")
        if grade_from is not None and grade_to is not None and grade_to < grade_from:
            self.add_error("grade_to", _("The last grade must not be before the first grade."))
        return cleaned

    def write(self) -> Program:
        values: Any = self.entered("name", "grade_from", "grade_to", "position")
        if self.is_new:
            return create_program(viewer=self.viewer, values=values)
        return update_program(viewer=self.viewer, program_id=self.instance.pk, values=values)


class SubProgramForm(ServiceForm[SubProgram]):
    """The form on the page of a sub-program, and a line in the table of its program."""

    error_fields = {"program_id": "program"}

    position = NumberField(min_value=0, initial=0, help_text=_SORT_ORDER)

    def write(self) -> SubProgram:
        values: Any = self.entered("program", "name", "position")
        if self.is_new:
            values["program_id"] = self.instance.program_id
            return create_subprogram(viewer=self.viewer, values=values)
        return update_subprogram(viewer=self.viewer, subprogram_id=self.instance.pk, values=values)


class LevelForm(ServiceForm[CurriculumLevel]):
    """The form on the page of a level, and a line in the table of its sub-program."""

    error_fields = {"subprogram_id": "subprogram"}

    level_number = NumberField(min_value=1)

    def write(self) -> CurriculumLevel:
        values: Any = self.entered("subprogram", "level_number")
        if self.is_new:
            values["subprogram_id"] = self.instance.subprogram_id
            return create_level(viewer=self.viewer, values=values)
        return update_level(viewer=self.viewer, level_id=self.instance.pk, values=values)
