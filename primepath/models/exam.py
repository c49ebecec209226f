"""Exams."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from primepath.db.constraints import choices, four_digit_year, one_of
from primepath.db.fields import FoldedOrderField, FoldedTextField
from primepath.domain.exam import ExamType
from primepath.models.curriculum import CurriculumLevel
from primepath.models.teacher import Teacher


class Exam(models.Model):
    """An exam. It can be assigned to cells of its type, in its academic year or, if it has none, in any year."""

    name = models.CharField(max_length=200, verbose_name=_("name"))
    name_key = FoldedTextField(source="name", max_length=600)
    name_order = FoldedOrderField(source="name", max_length=600)
    type = models.CharField(max_length=10, choices=choices(ExamType), verbose_name=_("type"))
    academic_year = models.PositiveSmallIntegerField(
        null=True, blank=True, verbose_name=_("academic year")
    )
    curriculum_level = models.ForeignKey(
        CurriculumLevel,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="exams",
        verbose_name=_("curriculum level"),
    )
    total_questions = models.PositiveSmallIntegerField(verbose_name=_("total questions"))
    timer_minutes = models.PositiveSmallIntegerField(
        help_text=_("Time limit for a pupil, in minutes."), verbose_name=_("timer minutes")
    )
    passing_score = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("In %, from 0 to 100."), verbose_name=_("passing score")
    )
    instructions = models.TextField(max_length=10_000, blank=True, verbose_name=_("instructions"))
    is_active = models.BooleanField(default=True, verbose_name=_("is active"))
    version = models.PositiveIntegerField(default=0, editable=False, verbose_name=_("version"))
    created_by = models.ForeignKey(
        Teacher,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="created_exams",
        verbose_name=_("created by"),
    )
    copied_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        db_index=False,
        related_name="copies",
        help_text=_("Exam of an earlier year that this one was copied from."),
        verbose_name=_("copied from"),
    )
    created_at = models.DateTimeField(
        default=timezone.now, editable=False, verbose_name=_("created at")
    )
    updated_at = models.DateTimeField(
        default=timezone.now, editable=False, verbose_name=_("updated at")
    )

    class Meta:
        verbose_name = _("exam")
        verbose_name_plural = _("exams")
        ordering = ["name_order", "id"]
        constraints = [
            one_of("type", ExamType, name="exam_type_known"),
            four_digit_year("academic_year", name="exam_year_has_four_digits"),
            models.CheckConstraint(
                condition=models.Q(total_questions__gte=1), name="exam_has_questions"
            ),
            models.CheckConstraint(condition=models.Q(timer_minutes__gte=1), name="exam_has_time"),
            models.CheckConstraint(
                condition=models.Q(passing_score__range=(0, 100)),
                name="exam_passing_score_is_per_cent",
            ),
        ]
        indexes = [
            models.Index(fields=["name_order", "id"], name="exam_by_name"),
            models.Index(fields=["-created_at", "-id"], name="exam_by_creation"),
            models.Index(
                fields=["copied_from"],
                name="copies_of_an_exam",
                condition=models.Q(copied_from__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name
