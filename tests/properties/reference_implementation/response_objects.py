"""Objects of a response, and helpers that create their fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from primepath import models

if TYPE_CHECKING:
    from tests.properties.reference_implementation.visible_school import VisibleSchool

Args = dict[str, Any]
Field = Callable[["VisibleSchool", Any, Args], Any]
"""Return the value of a field, from the school, the row of the field's object, and the arguments."""

INTERFACES = {
    "Node": {
        "ClassAccessRequest",
        "CurriculumLevel",
        "Exam",
        "MatrixCell",
        "Program",
        "SchoolClass",
        "SubProgram",
        "Teacher",
        "TeacherClassAssignment",
    },
    "Change": {
        "CellStatusChange",
        "CurriculumLevelChange",
        "DateChange",
        "ExamTypeChange",
        "ExamsChange",
        "FlagChange",
        "NumberChange",
        "TeacherChange",
        "TextChange",
        "TimeChange",
    },
}
"""Object types by the interface that they implement."""


class FieldError(Exception):
    """An error with this code. The field is null."""


class ResponseObject(NamedTuple):
    """An object of the response: the name of its type, and the row that its fields are read from."""

    type: str
    row: Any


def as_list(args: Args, name: str) -> Any:
    """Return the value of a list argument. GraphQL accepts one item as a list of one."""
    value = args.get(name)
    return value if value is None or isinstance(value, list) else [value]


def object_or_none(type_: str, row: Any) -> ResponseObject | None:
    return None if row is None else ResponseObject(type_, row)


def objects(type_: str, rows: Iterable[Any]) -> list[ResponseObject]:
    return [ResponseObject(type_, row) for row in rows]


def make_object(type_: str, **row: Any) -> ResponseObject:
    return ResponseObject(type_, SimpleNamespace(**row))


def school_order(row: Any) -> tuple[Any, ...]:
    return (
        ["PRIMARY", "MIDDLE", "HIGH"].index(row.division),
        row.grade,
        natural(row.section),
        natural(row.code),
    )


def by_name(rows: Iterable[Any], containing: str = "") -> list[Any]:
    related = [row for row in rows if containing.casefold() in row.name.casefold()]
    return sorted(related, key=lambda row: (natural(row.name.casefold()), row.pk))


def natural(text: str) -> list[tuple[int, int]]:
    """Return a sort key in which each number is one item, compared by its value."""
    parts = re.findall(r"\d+|\D", text)
    return [(ord("0"), int(part)) if part.isdigit() else (ord(part), 0) for part in parts]


def period_type(period: str) -> str:
    return "QUARTERLY" if period.startswith("Q") else "MONTHLY"


def page(args: Args, type_: str, rows: Iterable[Any]) -> ResponseObject:
    first, last = args.get("first"), args.get("last")
    size = next((each for each in (first, last) if each is not None), 100)
    if None not in {first, last} or size < 0:
        raise FieldError("BAD_USER_INPUT")
    if size > 100:
        raise FieldError("LIMIT_EXCEEDED")
    if args.keys() & {"after", "before"} or args.get("changesAfter") is not None:
        raise FieldError("BAD_USER_INPUT")
    rows, backward = list(rows), last is not None
    shown = rows[max(0, len(rows) - size) :] if backward else rows[:size]
    more = len(shown) < len(rows)
    return make_object(
        f"{type_}Connection",
        edges=[make_object(f"{type_}Edge", node=ResponseObject(type_, row)) for row in shown],
        page_info=make_object(
            "PageInfo", has_next_page=more and not backward, has_previous_page=more and backward
        ),
        total_count=len(rows),
        removed_ids=[],
    )


def columns(names: str) -> dict[str, Field]:
    """Return fields with the value of the column of the same name."""

    def field(name: str) -> Field:
        column = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
        return lambda school, row, args: getattr(row, column)

    return {name: field(name) for name in names.split()}


def related(type_: str, column: str) -> Field:
    """Return a field with the row of which the key is in ``column``."""
    model = getattr(models, type_)
    return lambda school, row, args: object_or_none(
        type_, model.objects.filter(pk=getattr(row, column)).first()
    )


def with_id(type_: str, key: str, names: str) -> dict[str, Field]:
    """Return the fields of a type that is not a node; its id has the column ``key``."""
    return {"id": lambda school, row, args: f"{type_}:{getattr(row, key)}", **columns(names)}


def node_fields(type_: str, names: str) -> dict[str, Field]:
    return {"id": lambda school, row, args: f"{type_}:{row.pk}", **columns(names)}
