"""Plan a year from an earlier one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from django.conf import settings
from django.utils.translation import gettext as _

from primepath.domain.cell import CellKey
from primepath.domain.errors import InputError, LimitExceededError, UserErrorCode
from primepath.domain.new_year import DateShift, RollOverExisting, YearPart
from primepath.domain.planned_cell import PlannedCells
from primepath.domain.viewer import Viewer
from primepath.models import SchoolClass
from primepath.services.cells.checks import lock_exams
from primepath.services.cells.writing import atomic_unless_dry_run
from primepath.services.change_sets import change_set
from primepath.services.curriculum.writing import lock_classes, lock_levels, read_curricula
from primepath.services.permissions import check_administrator
from primepath.services.validation import ValidationErrors, shown_code
from primepath.services.years.assignments import extend_assignments
from primepath.services.years.cells import SourceCells, copy_cells, lock_targets
from primepath.services.years.curricula import copy_curricula
from primepath.services.years.exams import exams_of_new_year
from primepath.services.years.plan import PartReport, RollOver


@dataclass(slots=True)
class RollOverResult:
    """``reports``: one for each part. ``cells``: the copied cells. ``planned``: the cells as a dry run would leave them.

    ``digest`` identifies what is copied over what. It is equal in a dry run.
    """

    reports: list[PartReport] = field(default_factory=list)
    cells: list[CellKey] = field(default_factory=list)
    planned: PlannedCells = field(default_factory=dict)
    digest: str | None = None


@change_set()
@atomic_unless_dry_run
def roll_over_year(
    *,
    viewer: Viewer,
    from_year: int,
    to_year: int,
    parts: Collection[YearPart],
    class_codes: Sequence[str] | None = None,
    dates: DateShift = DateShift.SAME_WEEKDAY,
    on_existing: RollOverExisting = RollOverExisting.SKIP,
    expected_digest: str | None = None,
    parse_errors: Iterable[InputError] = (),
    dry_run: bool = False,
) -> RollOverResult:
    """Copy parts of the plan of ``from_year`` to the later ``to_year``, for all active classes or some of them.

    A second call copies what is new and skips the rest. Everything that is skipped is in the reports, with a reason.

    Raises `ValidationFailedError` listing every problem: ``FORBIDDEN``, ``YEAR_OUT_OF_RANGE``, ``OUT_OF_RANGE`` if ``to_year`` is
    not later, ``NOT_FOUND`` for an unknown or inactive class. ``STALE_VERSION``: the digest is not the expected one. Raises
    `LimitExceededError` for too many cells.
    """
    errors = ValidationErrors(parse_errors)
    check_administrator(viewer, errors)
    errors.check_academic_year(from_year, "from_year")
    if errors.check_academic_year(to_year, "to_year") and to_year <= from_year:
        template = _("{field} must be later than {year}.")
        errors.add(UserErrorCode.OUT_OF_RANGE, template, "to_year", year=from_year)
    errors.raise_if_any()
    stored = list(SchoolClass.objects.all())
    known = {each.code: each for each in stored if each.is_active}
    for position, code in enumerate(class_codes or ()):
        if code not in known:
            template = _("Class {code} does not exist or is inactive.")
            shown = shown_code(code)
            errors.add(UserErrorCode.NOT_FOUND, template, "class_codes", position, code=shown)
    errors.raise_if_any()
    wanted = known if class_codes is None else {code: known[code] for code in class_codes}
    given = RollOver(
        viewer=viewer,
        from_year=from_year,
        to_year=to_year,
        classes=wanted if dry_run or YearPart.CURRICULUM not in parts else _lock(wanted, from_year),
        inactive_codes=frozenset(
            each.code for each in stored if class_codes is None and not each.is_active
        ),
        dates=dates,
        on_existing=on_existing,
        dry_run=dry_run,
    )
    result = _run(given, set(parts))
    result.digest = _digest(result.reports)
    if expected_digest is not None and expected_digest != result.digest:
        # The transaction ends with this error, so nothing is saved.
        template = _("The plan has changed since the preview. Look at it again.")
        errors.add(UserErrorCode.STALE_VERSION, template, "expected_digest")
        errors.raise_if_any()
    return result


def _lock(classes: Collection[str], from_year: int) -> dict[str, SchoolClass]:
    """Lock the levels that are copied, and then the classes. Return the classes."""
    curricula = read_curricula(classes, {from_year})
    lock_levels({level_id for levels in curricula.values() for level_id in levels})
    return lock_classes(classes)


def _run(given: RollOver, parts: Collection[YearPart]) -> RollOverResult:
    result = RollOverResult()
    if YearPart.CURRICULUM in parts:
        result.reports.append(copy_curricula(given))
    if YearPart.EXAMS in parts or YearPart.SCHEDULE in parts:
        source = SourceCells(given)
        _check_size(len(source.states))
        # Cells are locked before exams, as by all services.
        targets = lock_targets(given, source) if YearPart.SCHEDULE in parts else {}
        exams = lock_exams(source.exam_ids, dry_run=given.dry_run)
        copies_exams = YearPart.EXAMS in parts
        used, report = exams_of_new_year(given, exams, copies_exams=copies_exams)
        if copies_exams:
            result.reports.append(report)
        if YearPart.SCHEDULE in parts:
            planned, cells, report = copy_cells(given, source, targets, used, exams)
            result.planned, result.cells = planned, cells
            result.reports.append(report)
    if YearPart.ASSIGNMENTS in parts:
        result.reports.append(extend_assignments(given))
    return result


def _digest(reports: Iterable[PartReport]) -> str:
    facts = [(each.part, each.copied, each.skipped, each.changes) for each in reports]
    return blake2b(repr(facts).encode(), digest_size=16).hexdigest()


def _check_size(count: int) -> None:
    limit = settings.MAX_CELLS_PER_OPERATION
    if count > limit:
        template = _(
            "The year has {count} cells to copy, which exceeds the limit of {limit}. Copy fewer classes at a time."
        )
        raise LimitExceededError(
            template.format(count=count, limit=limit), limit=limit, actual=count
        )
