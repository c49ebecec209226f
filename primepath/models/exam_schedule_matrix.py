"""Cells of the matrix, and the exams assigned to them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from primepath.db.constraints import choices, four_digit_year, one_of
from primepath.db.fields import BinaryTextField
from primepath.domain.cell import CellStatus
from primepath.domain.period import Period
from primepath.models.exam import Exam
from primepath.models.school_class import SchoolClass
from primepath.models.teacher import Teacher

_UNUSED = models.Q(
    version=0,
    status=CellStatus.EMPTY,
    created_at=None,
    updated_at=None,
    created_by=None,
    modified_by=None,
)
_USED = models.Q(version__gte=1, created_at__isnull=False, updated_at__isnull=False)


class ExamScheduleMatrix(models.Model):
    """A cell of the matrix: a class in a period of an academic year.

    The key is the text ``CODE/YEAR/PERIOD``. So it is known before the row exists, and it contains the class without a
    join. A row with version 0 was created by a read. It is empty and has no author.
    """

    id = BinaryTextField(primary_key=True, max_length=48, editable=False)
    school_class = models.ForeignKey(
        SchoolClass,
        on_delete=models.PROTECT,
        db_column="class_code",
        related_name="cells",
        db_index=False,
        verbose_name=_("school class"),
    )
    academic_year = models.PositiveSmallIntegerField(verbose_name=_("academic year"))
    period = models.CharField(max_length=3, choices=choices(Period), verbose_name=_("period"))
    status = models.CharField(
        max_length=11,
        choices=choices(CellStatus),
        default=CellStatus.EMPTY,
        verbose_name=_("status"),
    )
    exams = models.ManyToManyField(
        Exam, through="MatrixCellExam", related_name="cells", verbose_name=_("exams")
    )
    scheduled_date = models.DateField(null=True, blank=True, verbose_name=_("scheduled date"))
    start_time = models.TimeField(null=True, blank=True, verbose_name=_("start time"))
    end_time = models.TimeField(null=True, blank=True, verbose_name=_("end time"))
    room = models.CharField(
        max_length=100, blank=True, default="", db_default="", verbose_name=_("room")
    )
    invigilator = models.ForeignKey(
        Teacher,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="invigilated_cells",
        verbose_name=_("invigilator"),
    )
    notes = models.TextField(max_length=10_000, blank=True, default="", verbose_name=_("notes"))
    version = models.PositiveIntegerField(default=0, editable=False, verbose_name=_("version"))
    created_by = models.ForeignKey(
        Teacher,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        db_index=False,
        related_name="created_cells",
        verbose_name=_("created by"),
    )
    modified_by = models.ForeignKey(
        Teacher,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        db_index=False,
        related_name="modified_cells",
        verbose_name=_("modified by"),
    )
    created_at = models.DateTimeField(null=True, editable=False, verbose_name=_("created at"))
    updated_at = models.DateTimeField(null=True, editable=False, verbose_name=_("updated at"))

    class Meta:
        verbose_name = _("cell")
        verbose_name_plural = _("cells")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school_class", "academic_year", "period"],
                name="cell_once_a_class_year_and_period",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    id=Concat(
                        "school_class",
                        models.Value("/"),
                        Cast("academic_year", models.TextField()),
                        models.Value("/"),
                        "period",
                        output_field=models.TextField(),
                    )
                ),
                name="cell_id_names_class_year_and_period",
            ),
            one_of("period", Period, name="cell_period_known"),
            one_of("status", CellStatus, name="cell_status_known"),
            four_digit_year("academic_year", name="cell_year_has_four_digits"),
            models.CheckConstraint(
                condition=models.Q(end_time=None) | models.Q(end_time__gt=models.F("start_time")),
                name="cell_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(end_time=None) | models.Q(start_time__isnull=False),
                name="cell_end_needs_a_start",
            ),
            models.CheckConstraint(condition=_UNUSED | _USED, name="cell_untouched_at_version_0"),
        ]
        indexes = [
            models.Index(
                fields=["academic_year", "scheduled_date", "start_time"], name="cell_by_schedule"
            ),
            models.Index(
                fields=["scheduled_date"],
                name="cell_on_a_date",
                condition=models.Q(scheduled_date__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class MatrixCellExam(models.Model):
    """The assignment of an exam to a cell."""

    cell = models.ForeignKey(
        ExamScheduleMatrix,
        on_delete=models.CASCADE,
        related_name="cell_exams",
        db_index=False,
        verbose_name=_("cell"),
    )
    exam = models.ForeignKey(
        Exam, on_delete=models.PROTECT, related_name="exam_cells", verbose_name=_("exam")
    )

    class Meta:
        verbose_name = _("exam in a cell")
        verbose_name_plural = _("exams in cells")
        constraints = [
            models.UniqueConstraint(fields=["cell", "exam"], name="exam_once_a_cell"),
        ]

    def __str__(self) -> str:
        return _("{exam} in {cell}").format(exam=self.exam_id, cell=self.cell_id)
