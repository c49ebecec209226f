"""Checks that the services for cells share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from primepath.domain.cell import CellKey, is_class_code
from primepath.domain.errors import BadUserInputError, LimitExceededError, UserErrorCode
from primepath.domain.exam import EXAM_TYPE_OF_PERIOD
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import Exam, SchoolClass
from primepath.services.cells.writing import LOCKED_STATUSES, CellState, LockedCell
from primepath.services.validation import ValidationErrors, shown_code
from primepath.terms import named

_SHOWN_EXAMS = 3


class CellVersion(NamedTuple):
    """The version of a cell that the caller has seen. The cell is None if it could not be read from the input."""

    cell: CellKey | None
    version: int


def check_listed_once(expected: Sequence[CellVersion], concerned: Sequence[CellKey | None]) -> None:
    """Raise `BadUserInputError` for a cell that is listed twice or that the change does not concern."""
    known = set(concerned)
    seen: set[CellKey] = set()
    for position, (key, _version) in enumerate(expected):
        if key is None:
            continue
        if key in seen:
            template = _(
                "Item {position} of the expected versions repeats a cell. List each cell once."
            )
            raise BadUserInputError(template.format(position=position))
        # A cell that could not be read can be any.
        if key not in known and None not in known:
            template = _(
                "Item {position} of the expected versions is neither a target nor the source."
            )
            raise BadUserInputError(template.format(position=position))
        seen.add(key)


def check_versions(
    locked: Mapping[CellKey, LockedCell],
    expected: Iterable[CellVersion],
    errors: ValidationErrors,
) -> None:
    """Add an error for each locked cell that has changed since the caller loaded it."""
    for position, (key, version) in enumerate(expected):
        if key is not None and key in locked:
            check_version(locked[key], version, errors, "expected_versions", position)


def check_version(
    cell: LockedCell, expected: int | None, errors: ValidationErrors, *path: str | int
) -> None:
    """Add an error if the cell has changed since the caller loaded it."""
    template = _(
        "The cell has changed since you loaded it (current version {current}, expected {expected})."
    )
    errors.check_version(template, *path, current=cell.version, expected=expected)


def visible_levels(viewer: Viewer, cells: Iterable[CellKey | None]) -> dict[str, AccessLevel]:
    """Return the viewer's access level by class code, for the classes of the cells that they can see. One SELECT."""
    codes = sorted({cell.class_code for cell in cells if cell and is_class_code(cell.class_code)})
    classes = SchoolClass.objects.filter(code__key_in=codes).visible_to(viewer)
    # The plugin does not see what a method of the QuerySet annotates.
    rows = classes.values_list("code", "access_level")  # type: ignore[misc]
    return {code: AccessLevel(level) for code, level in rows}


def check_access(
    key: CellKey,
    levels: Mapping[str, AccessLevel],
    errors: ValidationErrors,
    *path: str | int,
    to_edit: bool = True,
) -> bool:
    """Return whether the viewer can change the cell, or only see it without ``to_edit``. Add an error if not."""
    level = levels.get(key.class_code)
    if level is None:
        template = _("Class {code} does not exist or you do not have access to it.")
        errors.add(UserErrorCode.NOT_FOUND, template, *path, code=shown_code(key.class_code))
        return False
    if not errors.check_academic_year(key.academic_year, *path):
        return False
    if to_edit and not level.may_edit:
        template = _("Your access to {code} is {level}, which does not allow changes.")
        errors.add(
            UserErrorCode.FORBIDDEN, template, *path, code=key.class_code, level=named(level)
        )
        return False
    return True


def editable_cells(
    keys: Sequence[CellKey | None],
    levels: Mapping[str, AccessLevel],
    errors: ValidationErrors,
    path: str,
) -> dict[CellKey, int]:
    """Return the cells that the viewer can change, each with its first position. Add an error for every other cell."""
    editable: dict[CellKey, int] = {}
    for position, key in enumerate(keys):
        if key is not None and check_access(key, levels, errors, path, position):
            editable.setdefault(key, position)
    return editable


def find_exams(
    exam_ids: Sequence[int | None], errors: ValidationErrors, path: str, *, dry_run: bool = False
) -> dict[int, tuple[Exam, int]]:
    """Lock the exams and return them by key, each with its first position. Add an error if one does not exist. One SELECT."""
    found = lock_exams({each for each in exam_ids if each is not None}, dry_run=dry_run)
    exams: dict[int, tuple[Exam, int]] = {}
    for position, exam_id in enumerate(exam_ids):
        if exam_id is None:
            continue
        if exam := found.get(exam_id):
            exams.setdefault(exam_id, (exam, position))
        else:
            errors.add(UserErrorCode.NOT_FOUND, _("This exam does not exist."), path, position)
    return exams


def lock_exams(exam_ids: Collection[int], *, dry_run: bool = False) -> dict[int, Exam]:
    """Lock and return the existing exams, so their year and ``is_active`` stay the same until the transaction ends.

    Exams are locked after the cells and in the order of their keys, so that writers never deadlock. A dry run only reads them.
    """
    exams = Exam.objects.filter(pk__key_in=sorted(exam_ids)).order_by("pk")
    return {exam.pk: exam for exam in (exams if dry_run else exams.select_for_update(no_key=True))}


def check_fit(
    key: CellKey, exams: Collection[Exam], errors: ValidationErrors, *path: str | int
) -> None:
    """Add an error for exams with another type or academic year than the cell."""
    wanted = EXAM_TYPE_OF_PERIOD[key.period.type]
    if others := [exam for exam in exams if exam.type != wanted]:
        template = ngettext(
            "{period} accepts {type} exams only; {exams} is {other_type}.",
            "{period} accepts {type} exams only; {exams} are {other_type}.",
            len(others),
        )
        errors.add(
            UserErrorCode.EXAM_TYPE_MISMATCH,
            template,
            *path,
            period=named(key.period),
            type=named(wanted),
            exams=_names(others),
            other_type=named(others[0].type),
        )
    if others := [exam for exam in exams if exam.academic_year not in {None, key.academic_year}]:
        template = ngettext(
            "{exams} is for another academic year than {year}.",
            "{exams} are for other academic years than {year}.",
            len(others),
        )
        errors.add(
            UserErrorCode.EXAM_YEAR_MISMATCH,
            template,
            *path,
            exams=_names(others),
            year=key.academic_year,
        )


def check_active(exam: Exam, errors: ValidationErrors, *path: str | int) -> None:
    """Add an error if the exam is inactive."""
    if not exam.is_active:
        template = _('Exam "{exam}" is inactive and cannot be assigned.')
        errors.add(UserErrorCode.EXAM_INACTIVE, template, *path, exam=exam.name)


def check_unlocked(
    cell: LockedCell, wanted: CellState, errors: ValidationErrors, *path: str | int
) -> None:
    """Add an error if the exams would change although the cell's status locks them."""
    if cell.state.status in LOCKED_STATUSES and wanted.exam_ids != cell.state.exam_ids:
        template = _(
            "{cell} is {status}, so its exams are locked. "
            "Set its status back to SCHEDULED or DRAFT first."
        )
        errors.add(
            UserErrorCode.CELL_LOCKED,
            template,
            *path,
            cell=cell.key,
            status=named(cell.state.status),
        )


def check_size(cells: int, exams: int) -> None:
    """Raise `LimitExceededError` if exams × cells exceeds the limit."""
    limit = settings.MAX_EXAMS_TIMES_CELLS
    if cells * exams > limit:
        template = _(
            "{exams} exams × {cells} cells = {total} assignments, which exceeds the limit of {limit}."
        )
        raise LimitExceededError(
            template.format(exams=exams, cells=cells, total=exams * cells, limit=limit),
            limit=limit,
            actual=exams * cells,
        )


def _names(exams: Sequence[Exam]) -> str:
    names = ", ".join(f'"{exam.name}"' for exam in exams[:_SHOWN_EXAMS])
    more = len(exams) - _SHOWN_EXAMS
    return _("{names} and {more} more").format(names=names, more=more) if more > 0 else names
