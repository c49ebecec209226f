"""The curriculum: programs consist of sub-programs, and sub-programs of levels. A class has levels by priority."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from primepath.db.constraints import four_digit_year
from primepath.domain.school_class import FIRST_GRADE, LAST_GRADE
from primepath.models.school_class import SchoolClass


class Program(models.Model):
    """A course of study for a range of grades, such as CORE for grades 1 to 4."""

    name = models.CharField(max_length=50, unique=True, verbose_name=_("name"))
    grade_from = models.PositiveSmallIntegerField(verbose_name=_("grade from"))
    grade_to = models.PositiveSmallIntegerField(verbose_name=_("grade to"))
    position = models.PositiveSmallIntegerField(default=0, verbose_name=_("position"))

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    grade_from__gte=FIRST_GRADE,
                    grade_to__lte=LAST_GRADE,
                    grade_to__gte=models.F("grade_from"),
                ),
                name="program_grades_0_to_12_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SubProgram(models.Model):
    """A part of a program, such as PHONICS in CORE."""

    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, related_name="subprograms", verbose_name=_("program")
    )
    name = models.CharField(max_length=50, verbose_name=_("name"))
    position = models.PositiveSmallIntegerField(default=0, verbose_name=_("position"))

    class Meta:
        verbose_name = _("sub-program")
        verbose_name_plural = _("sub-programs")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["program", "name"], name="subprogram_once_a_program"),
        ]

    def __str__(self) -> str:
        return f"{self.program} {self.name}"


class CurriculumLevelQuerySet(models.QuerySet["CurriculumLevel"]):
    def with_names(self) -> Self:
        """Also load the sub-program and program, because a level's full name contains their names."""
        return self.select_related("subprogram__program")


class CurriculumLevel(models.Model):
    """A level of a sub-program. Its name is the full name, such as ``CORE PHONICS L1``."""

    subprogram = models.ForeignKey(
        SubProgram, on_delete=models.PROTECT, related_name="levels", verbose_name=_("subprogram")
    )
    level_number = models.PositiveSmallIntegerField(verbose_name=_("level number"))

    objects = CurriculumLevelQuerySet.as_manager()

    class Meta:
        verbose_name = _("curriculum level")
        verbose_name_plural = _("curriculum levels")
        ordering = ["level_number", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subprogram", "level_number"], name="level_once_a_subprogram"
            ),
            models.CheckConstraint(
                condition=models.Q(level_number__gte=1), name="level_number_from_1"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.subprogram.program.name} {self.subprogram.name} L{self.level_number}"


class ClassCurriculumMapping(models.Model):
    """A level that a class has in an academic year. Priority 1 is its primary level, 2 its secondary level."""

    school_class = models.ForeignKey(
        SchoolClass,
        on_delete=models.PROTECT,
        db_column="class_code",
        related_name="curriculum_mappings",
        db_index=False,
        verbose_name=_("school class"),
    )
    academic_year = models.PositiveSmallIntegerField(verbose_name=_("academic year"))
    curriculum_level = models.ForeignKey(
        CurriculumLevel,
        on_delete=models.PROTECT,
        related_name="class_mappings",
        verbose_name=_("curriculum level"),
    )
    priority = models.PositiveSmallIntegerField(verbose_name=_("priority"))

    class Meta:
        verbose_name = _("class curriculum")
        verbose_name_plural = _("class curricula")
        ordering = ["school_class", "academic_year", "priority"]
        constraints = [
            models.UniqueConstraint(
                fields=["school_class", "academic_year", "priority"], name="mapping_one_a_priority"
            ),
            models.UniqueConstraint(
                fields=["school_class", "academic_year", "curriculum_level"],
                name="mapping_one_a_level",
            ),
            models.CheckConstraint(
                condition=models.Q(priority__gte=1), name="mapping_priority_from_1"
            ),
            four_digit_year("academic_year", name="mapping_year_has_four_digits"),
        ]

    def __str__(self) -> str:
        return f"{self.school_class_id} {self.academic_year} #{self.priority}"
