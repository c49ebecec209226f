"""Mutation that exports cells as a file."""

from __future__ import annotations

import datetime
from typing import Annotated, NamedTuple

import strawberry
from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from primepath.domain.cell import CellKey
from primepath.domain.errors import LimitExceededError, UserErrorCode
from primepath.domain.language import Language
from primepath.domain.period import select_periods
from primepath.domain.stored_file import DOWNLOAD_KEPT, FilePurpose
from primepath.exchange.exporting import CONTENT_TYPES, FileFormat, export_schedule
from primepath.school import planned_year
from primepath.services.stored_files.store import FileContent, store_file
from primepath.services.validation import ValidationErrors
from schema.context import Info
from schema.mutations.run_service import run_service
from schema.types.enums import describe
from schema.types.matrix_cell_filter import MatrixCellFilter
from schema.types.payloads import CheckedPayload, Result

_MINUTES = round(DOWNLOAD_KEPT.total_seconds() / 60)

describe(
    FileFormat,
    "Format of a file.",
    {
        "XLSX": "A spreadsheet. `importSchedule` imports it again.",
        "CSV": "A table as text, in UTF-8 with a byte order mark. `importSchedule` imports it again.",
        "ICS": "A calendar with the cells that have a date.",
    },
)


class _Exported(NamedTuple):
    url: str
    expires_at: datetime.datetime


@strawberry.input(description="Cells to export, and the format of the file.")
class ExportScheduleInput:
    format: FileFormat = strawberry.field(description="Format of the file.")
    filter: MatrixCellFilter | None = strawberry.field(
        default=None,
        description=(
            "Conditions for the cells. Cells that were never changed are in the file too, unless a condition is about statuses, dates, "
            "people, rooms, exams or warnings. Defaults to all cells of the current academic year."
        ),
    )
    language: str | None = strawberry.field(
        default=None,
        description="Language of the headers and of the calendar, for example `ko`. Defaults to the language of the request.",
    )


@strawberry.type(description="Result of `exportSchedule`.")
class ExportSchedulePayload(CheckedPayload):
    @strawberry.field(
        description=(
            "Secret address of the file. It works once, without signing in. HEAD does not count. Null if the input was rejected."
        )
    )
    def url(self, result: strawberry.Parent[Result[_Exported]]) -> str | None:
        return result.value.url if result.value else None

    @strawberry.field(
        description=f"Time until which the address works, {_MINUTES} minutes from now. Null if the input was rejected."
    )
    def expires_at(self, result: strawberry.Parent[Result[_Exported]]) -> datetime.datetime | None:
        return result.value.expires_at if result.value else None


@strawberry.type
class ExportSchedule:
    @strawberry.mutation(
        graphql_type=ExportSchedulePayload | None,
        description=(
            "Exports cells of classes that you can see as a file, for download. Texts are never written as formulas. Changes nothing. "
            f"Maximum: {settings.MAX_CELLS_PER_OPERATION:,} cells."
        ),
    )
    async def export_schedule(
        self,
        info: Info,
        input: Annotated[ExportScheduleInput, strawberry.argument(description="Format and cells.")],
    ) -> Result[_Exported]:
        viewer = info.context.require_viewer()
        chosen = input.filter or MatrixCellFilter()
        year = planned_year(chosen.academic_year)
        keys = await _keys(info, chosen, year)
        language = input.language
        if language is None:
            language = get_language() or settings.LANGUAGE_CODE
        origin = info.context.client.base_url

        def export() -> _Exported:
            _check_language(language)
            content = export_schedule(
                viewer=viewer,
                keys=keys,
                format=input.format,
                language=language,
                title=f"{settings.SCHOOL_NAME} {year}",
                base_url=origin + reverse("matrix"),
            )
            name = f"schedule-{year}.{input.format.lower()}"
            secret, expires_at = store_file(
                viewer=viewer,
                purpose=FilePurpose.DOWNLOAD,
                file=FileContent(name, CONTENT_TYPES[input.format], content),
            )
            return _Exported(origin + reverse("download", kwargs={"secret": secret}), expires_at)

        return await run_service(info, input, export)


async def _keys(info: Info, chosen: MatrixCellFilter, year: int) -> list[CellKey]:
    """Return the cells to export. Raises `LimitExceededError` for too many."""
    loaders, limit = info.context.loaders, settings.MAX_CELLS_PER_OPERATION
    if chosen.is_about_content:
        ids = (await chosen.cells(loaders)).order_by().values_list("pk", flat=True)
        found = await loaders.call(lambda: list(ids[: limit + 1]))
        keys = [key for id in found if (key := CellKey.parse(id))]
    else:
        periods = select_periods(chosen.type, chosen.periods)
        codes = await chosen.class_codes_in(loaders)
        keys = [CellKey(code, year, period) for code in codes for period in periods]
    if len(keys) > limit:
        template = _("More than {limit} cells match. Add conditions.")
        raise LimitExceededError(template.format(limit=limit), limit=limit)
    return keys


def _check_language(language: str) -> None:
    if language not in set(Language):
        errors = ValidationErrors()
        template = _("{field} must be one of {languages}, not {language}.")
        errors.add(
            UserErrorCode.OUT_OF_RANGE,
            template,
            "language",
            languages=", ".join(Language),
            language=repr(language),
        )
        errors.raise_if_any()
