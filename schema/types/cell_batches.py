"""Batch resolvers of `MatrixCell`: each loads one field of many cells together."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Iterable, Sequence

from loaders.cells import Cell, CellRequest, PendingCell
from loaders.completion import CompletionData
from loaders.exams import BY_NAME, ExamKind, ExamRow
from primepath.domain.exam import EXAM_TYPE_OF_PERIOD
from primepath.models import Exam, Teacher
from schema.connections.pagination import Page, PageRequest, page_of_list
from schema.context import Context
from schema.execution.batch import BatchContext
from schema.types.exam_order import EXAMS_BY_NAME

AnyCell = Cell | PendingCell
AnyExam = Exam | ExamRow

# Fields of a cell.
_EXAMS = "exams"
_WITH_EXAM_IDS = frozenset({"examCount", "availableExams"})


async def exams_by_name(context: Context, exam_ids: Iterable[int]) -> dict[int, AnyExam]:
    """Return the existing exams by key, sorted by name."""
    exams = await context.loaders.exam_by_id.load_all(list(exam_ids))
    return {exam.id: exam for exam in sorted(filter(None, exams), key=BY_NAME)}


def cells_of_requests(
    batch: BatchContext, requests: Sequence[CellRequest]
) -> Awaitable[list[list[Cell]]]:
    """Load the cells of each request, and their exams or the keys of these if a plan completes them next."""
    loaders = batch.context.loaders
    if _EXAMS in batch.subfields:
        loaders.cells.read_together_with(loaders.exams_by_cell)
    elif not _WITH_EXAM_IDS.isdisjoint(batch.subfields):
        loaders.cells.read_together_with(loaders.exam_links_by_cell)
    return loaders.cells.load_all(requests)


async def _exam_ids(batch: BatchContext, cells: Sequence[AnyCell]) -> list[list[int]]:
    if _EXAMS in batch.siblings:
        return [[exam.id for exam in exams] for exams in await exams_of_cells(batch, cells)]
    links = await batch.context.loaders.exam_links_by_cell.load_all([cell.pk for cell in cells])
    return [[exam_id for _, exam_id in of_cell] for of_cell in links]


def exams_of_cells(
    batch: BatchContext, cells: Sequence[AnyCell]
) -> Awaitable[Sequence[list[ExamRow]]]:
    """Load the exams of each cell, by name."""
    return batch.context.loaders.exams_by_cell.load_all([cell.pk for cell in cells])


async def exam_counts_of_cells(batch: BatchContext, cells: Sequence[AnyCell]) -> list[int]:
    """Load the number of exams of each cell."""
    return list(map(len, await _exam_ids(batch, cells)))


async def available_exams_of_cells(
    batch: BatchContext,
    cells: Sequence[AnyCell],
    first: int | None = None,
    after: str | None = None,
) -> list[Page[Exam]]:
    """Load a page of the exams that can be assigned to each cell, by name."""
    request = PageRequest.parse(EXAMS_BY_NAME, first=first, after=after)
    kinds = [ExamKind(EXAM_TYPE_OF_PERIOD[each.period_type], each.academic_year) for each in cells]
    candidates = batch.context.loaders.active_exams_by_kind.load_all(kinds)
    ids = await _exam_ids(batch, cells)
    return [
        page_of_list([exam for exam in of_kind if exam.pk not in present], request)
        for of_kind, present in zip(await candidates, map(set[int], ids), strict=True)
    ]


async def completion_of_cells(
    batch: BatchContext, cells: Sequence[AnyCell]
) -> list[CompletionData]:
    """Load the pupils' progress on the exams of each cell."""
    ids = [cell.pk for cell in cells]
    found = await batch.context.loaders.completion_by_cell.load_all(ids)
    return [stats or CompletionData(id) for id, stats in zip(ids, found, strict=True)]


async def creators_of_cells(batch: BatchContext, cells: Sequence[AnyCell]) -> list[Teacher | None]:
    """Load the teacher who first changed each cell."""
    read = [await cell.read() for cell in cells]
    return await teachers(batch.context, [cell.created_by_id for cell in read])


async def modifiers_of_cells(batch: BatchContext, cells: Sequence[AnyCell]) -> list[Teacher | None]:
    """Load the teacher who last changed each cell."""
    read = [await cell.read() for cell in cells]
    return await teachers(batch.context, [cell.modified_by_id for cell in read])


async def invigilators_of_cells(
    batch: BatchContext, cells: Sequence[AnyCell]
) -> list[Teacher | None]:
    """Load the teacher who supervises the exams of each cell."""
    read = [await cell.read() for cell in cells]
    return await teachers(batch.context, [cell.invigilator_id for cell in read])


async def teachers(context: Context, ids: Collection[int | None]) -> list[Teacher | None]:
    """Load the teacher of each key, and None for a None key."""
    keys = [key for key in dict.fromkeys(ids) if key is not None]
    found = dict(zip(keys, await context.loaders.teacher_by_id.load_all(keys), strict=True))
    return [None if key is None else found[key] for key in ids]
