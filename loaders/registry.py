"""All loaders of an operation: one typed attribute each, plain lookups named ``<result>_by_<key>``, made when first used."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import TypeVar

from loaders.cells import Cells
from loaders.changes import Changes
from loaders.completion import CompletionData, completion_of_cells
from loaders.curriculum import ClassCurriculumData, CurriculumKey, get_class_curriculum_mapping
from loaders.dispatch import Dispatcher, Stage
from loaders.exams import ExamKind, ExamRow, active_exams_of_kinds, exam_rows
from loaders.generic import BatchLoader, GroupLoader, RowLoader
from loaders.history import HistoryKey, history_counts, history_pages
from loaders.read_options import ReadOptions
from loaders.visible_classes import VisibleClasses
from primepath.db.statement import Statement
from primepath.domain.history import HistorySubject
from primepath.domain.viewer import Viewer
from primepath.models import (
    ClassAccessRequest,
    CurriculumLevel,
    Exam,
    HistoryEntry,
    MatrixCellExam,
    Program,
    SchoolClass,
    SubProgram,
    Teacher,
    TeacherClassAssignment,
)

T = TypeVar("T")

_by_pk = attrgetter("pk")
# An `ExamRow` has its key as ``id``; its ``pk`` is a call, and there may be hundreds.
_by_id = attrgetter("id")
_exams_of_cells = Statement(
    lambda ids: MatrixCellExam.objects.filter(cell__key_in=ids).values_list("cell_id", "exam_id")
)
_cells_of_exams = Statement(
    lambda ids: MatrixCellExam.objects.filter(exam__key_in=ids).values_list("exam_id", "cell_id")
)


class Loaders:
    """The loaders of one operation of one viewer. Never shared: they remember all that they have read."""

    def __init__(self, dispatcher: Dispatcher, viewer: Viewer, options: ReadOptions) -> None:
        self._dispatcher = dispatcher
        self._viewer = viewer
        self._options = options
        self.classes = VisibleClasses(dispatcher, viewer)
        self.cells = Cells(dispatcher, options)

    def call(self, read: Callable[[], T]) -> asyncio.Future[T]:
        """The result of ``read``, a query that only one field needs."""
        return self._dispatcher.call(read)

    @cached_property
    def changes(self) -> Changes:
        return Changes(self._dispatcher)

    # Exams and cells, either way round. Both lead on to further cells.

    @cached_property
    def exam_links_by_cell(self) -> GroupLoader[str, tuple[str, int]]:
        """(cell id, exam id) of each exam in the cell."""
        return GroupLoader(
            self._dispatcher,
            Stage.SOURCE,
            _exams_of_cells,
            itemgetter(0),
        )

    @cached_property
    def cell_links_by_exam(self) -> GroupLoader[int, tuple[int, str]]:
        """(exam id, cell id) of each cell the exam is in, whoever may see it."""
        return GroupLoader(
            self._dispatcher,
            Stage.SOURCE,
            _cells_of_exams,
            itemgetter(0),
        )

    @cached_property
    def exam_by_id(self) -> RowLoader[int, ExamRow]:
        columns = self._options.columns
        return RowLoader(
            self._dispatcher, Stage.SOURCE, lambda ids: exam_rows(ids, columns), _by_id
        )

    @cached_property
    def active_exams_by_kind(self) -> BatchLoader[ExamKind, list[Exam]]:
        return BatchLoader(self._dispatcher, Stage.SOURCE, active_exams_of_kinds)

    @cached_property
    def completion_by_cell(self) -> RowLoader[str, CompletionData]:
        return RowLoader(self._dispatcher, Stage.DETAIL, completion_of_cells, attrgetter("cell_id"))

    @cached_property
    def history_page(self) -> BatchLoader[HistoryKey, list[HistoryEntry]]:
        return BatchLoader(self._dispatcher, Stage.SOURCE, history_pages)

    @cached_property
    def history_count(self) -> BatchLoader[tuple[HistorySubject, str], int]:
        return BatchLoader(self._dispatcher, Stage.DETAIL, history_counts)

    # Curriculum. Levels come with their sub-programs, and these with their programs, since names are made of them.

    @cached_property
    def curriculum_by_class(self) -> BatchLoader[CurriculumKey, ClassCurriculumData]:
        return BatchLoader(self._dispatcher, Stage.DETAIL, get_class_curriculum_mapping)

    @cached_property
    def program_by_id(self) -> RowLoader[int, Program]:
        return RowLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: Program.objects.filter(pk__key_in=ids).order_by(),
            _by_pk,
        )

    @cached_property
    def subprogram_by_id(self) -> RowLoader[int, SubProgram]:
        return RowLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: (
                SubProgram.objects.filter(pk__key_in=ids).select_related("program").order_by()
            ),
            _by_pk,
        )

    @cached_property
    def level_by_id(self) -> RowLoader[int, CurriculumLevel]:
        return RowLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: CurriculumLevel.objects.with_names().filter(pk__key_in=ids).order_by(),
            _by_pk,
        )

    @cached_property
    def subprograms_by_program(self) -> GroupLoader[int, SubProgram]:
        return GroupLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: SubProgram.objects.filter(program__key_in=ids).select_related("program"),
            attrgetter("program_id"),
        )

    @cached_property
    def levels_by_subprogram(self) -> GroupLoader[int, CurriculumLevel]:
        return GroupLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: CurriculumLevel.objects.with_names().filter(subprogram__key_in=ids),
            attrgetter("subprogram_id"),
        )

    # People, and what they may do where.

    @cached_property
    def teacher_by_id(self) -> RowLoader[int, Teacher]:
        return RowLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: Teacher.objects.filter(pk__key_in=ids).order_by(),
            _by_pk,
        )

    @cached_property
    def assignment_by_id(self) -> RowLoader[int, TeacherClassAssignment]:
        return RowLoader(
            self._dispatcher,
            Stage.SOURCE,
            lambda ids: TeacherClassAssignment.objects.filter(pk__key_in=ids),
            _by_pk,
        )

    @cached_property
    def assignments_by_class(self) -> GroupLoader[str, TeacherClassAssignment]:
        """Those that give access now, by the teachers' names."""
        return GroupLoader(
            self._dispatcher,
            Stage.SOURCE,
            lambda codes: (
                TeacherClassAssignment.objects.giving_access()
                .filter(school_class__key_in=codes)
                .order_by("teacher__name_key", "teacher_id")
            ),
            attrgetter("school_class_id"),
        )

    @cached_property
    def assignments_by_teacher(self) -> GroupLoader[int, TeacherClassAssignment]:
        """Those that give access now, by the classes' codes."""
        return GroupLoader(
            self._dispatcher,
            Stage.SOURCE,
            lambda ids: (
                TeacherClassAssignment.objects.giving_access()
                .filter(teacher__key_in=ids)
                .order_by("school_class_id")
            ),
            attrgetter("teacher_id"),
        )

    @cached_property
    def access_request_by_id(self) -> RowLoader[int, ClassAccessRequest]:
        """Those that the viewer may see."""
        return RowLoader(
            self._dispatcher,
            Stage.SOURCE,
            lambda ids: ClassAccessRequest.objects.visible_to(self._viewer).filter(pk__key_in=ids),
            _by_pk,
        )

    @cached_property
    def class_listing_by_code(self) -> RowLoader[str, SchoolClass]:
        """What any teacher may know of a class, whether they see its schedule or not."""
        return RowLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda codes: SchoolClass.objects.filter(pk__key_in=codes),
            _by_pk,
        )
