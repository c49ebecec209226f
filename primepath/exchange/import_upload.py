"""Import the schedule from a file that was uploaded."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from primepath.domain.errors import InputError, UserErrorCode, ValidationFailedError
from primepath.domain.viewer import Viewer
from primepath.exchange.columns import SCHEDULE
from primepath.exchange.files.sheet import FileError
from primepath.exchange.rows import Effect, ParsedRow, RowPlan, parse, read_file
from primepath.exchange.schedule import ImportOptions, ScheduleImportResult, import_schedule
from primepath.services.cells.writing import atomic_unless_dry_run
from primepath.services.permissions import check_administrator
from primepath.services.stored_files.store import find_upload
from primepath.services.validation import ValidationErrors


@atomic_unless_dry_run
def import_upload(
    *, viewer: Viewer, upload_id: str, options: ImportOptions, dry_run: bool
) -> ScheduleImportResult:
    """Import all rows of an upload, or none if one is rejected, unless it is skipped.

    A dry run saves nothing and returns every row with its problems. Otherwise a rejected row raises `ValidationFailedError` with the code
    of its first problem, and the result as its ``current`` object.

    Further error codes:

    - ``FORBIDDEN``: the viewer is neither a head teacher nor staff.
    - ``NOT_FOUND``: the upload has ended, or is of another user.
    - ``OUT_OF_RANGE``: the file cannot be read.
    - ``STALE_VERSION``: the digest is not the expected one.
    """
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    errors.raise_if_any()
    result = import_schedule(viewer, _read(viewer, upload_id), options, dry_run=dry_run)
    rejected = [row for row in result.rows if row.effect is Effect.REJECT]
    if rejected and not dry_run and not options.skip_rejected:
        raise ValidationFailedError([_rejection(rejected)], result)
    return result


def _read(viewer: Viewer, upload_id: str) -> list[ParsedRow]:
    errors = ValidationErrors()
    content = find_upload(viewer=viewer, upload_id=upload_id)
    if content is None:
        template = _("This upload does not exist or is over. Upload the file again.")
        errors.add(UserErrorCode.NOT_FOUND, template, "upload_id")
    errors.raise_if_any()
    assert content is not None
    try:
        rows = parse(SCHEDULE, read_file(content)).rows
    except FileError as error:
        errors.add(UserErrorCode.OUT_OF_RANGE, "{reason}", "upload_id", reason=str(error))
        errors.raise_if_any()
        raise
    limit = settings.MAX_CELLS_PER_OPERATION
    if len(rows) > limit:
        template = _("The file has {count} rows, which exceeds the limit of {limit}. Divide it.")
        errors.add(UserErrorCode.OUT_OF_RANGE, template, "upload_id", count=len(rows), limit=limit)
    errors.raise_if_any()
    return rows


def _rejection(rejected: Sequence[RowPlan]) -> InputError:
    first = rejected[0].problems[0]
    template = ngettext(
        "Nothing was imported, because {count} row has problems. {address}: {message}",
        "Nothing was imported, because {count} rows have problems. The first is {address}: {message}",
        len(rejected),
    )
    values = {"count": len(rejected), "address": first.address, "message": first.message}
    return InputError(first.code, template, ("upload_id",), values)
