"""Parse the ids in an input. Malformed ids are reported together with all other errors."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from strawberry import UNSET

from loaders.warning_keys import WarningKey
from primepath.domain.cell import CellKey
from primepath.domain.errors import BadUserInputError, InputError, UserErrorCode
from primepath.domain.text import camel_case
from primepath.services.cells.checks import CellVersion as SeenVersion
from schema.ids import parse_key, parse_number
from schema.limits import check_list
from schema.types.inputs import CellRef, CellVersion


class IdParser:
    """Turns ids into keys. An invalid id becomes None, and the reason is added to ``errors``, for the service to report.

    Paths have Python names, as the service's own errors do.
    """

    def __init__(self) -> None:
        self.errors: list[InputError] = []

    def cell(self, ref: CellRef, *path: str | int) -> CellKey | None:
        try:
            return ref.key()
        except BadUserInputError as error:
            self._add(error, *path)
            return None

    def cells(self, refs: Sequence[CellRef], field: str) -> list[CellKey | None]:
        check_list(camel_case(field), refs)
        return [self.cell(ref, field, position) for position, ref in enumerate(refs)]

    def versions(self, given: Sequence[CellVersion] | None, field: str) -> list[SeenVersion]:
        check_list(camel_case(field), given or ())
        return [
            SeenVersion(self.cell(each.cell, field, position, "cell"), each.version)
            for position, each in enumerate(given or ())
        ]

    def change_set(self, id: str, *path: str | int) -> UUID | None:
        try:
            key: UUID = parse_key(id, "ChangeSet")
        except BadUserInputError as error:
            self._add(error, *path)
            return None
        return key

    def number(self, id: str, type_name: str, *path: str | int) -> int | None:
        try:
            return parse_number(id, type_name)
        except BadUserInputError as error:
            self._add(error, *path)
            return None

    def warning(self, id: str, *path: str | int) -> WarningKey | None:
        try:
            key: WarningKey = parse_key(id, "ScheduleWarning")
        except BadUserInputError as error:
            self._add(error, *path)
            return None
        return key

    def numbers(self, ids: Sequence[str], type_name: str, field: str) -> list[int | None]:
        check_list(camel_case(field), ids)
        return [self.number(id, type_name, field, position) for position, id in enumerate(ids)]

    def _add(self, error: BadUserInputError, *path: str | int) -> None:
        self.errors.append(
            InputError(UserErrorCode.INVALID_ID, "{reason}", path, {"reason": str(error)})
        )


def given_fields(input: Any, *, except_for: Collection[str]) -> dict[str, Any]:
    """Return the fields that the input contains, including null ones. An omitted field is UNSET and is skipped.

    The idempotency key is not one of them: it belongs to the request.
    """
    return {
        field.name: value
        for field in dataclasses.fields(input)
        if field.name not in {*except_for, "idempotency_key"}
        and (value := getattr(input, field.name)) is not UNSET
    }
