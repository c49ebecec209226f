"""What the answers of the oracle are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from primepath import models

if TYPE_CHECKING:
    from tests.properties.oracle.seen_school import SeenSchool

Args = dict[str, Any]
Field = Callable[["SeenSchool", Any, Args], Any]
"""Gives what a field holds, from the school, the row of the field's object, and the arguments."""

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
        "TextChange",
        "TimeChange",
    },
}
"""Which types implement which."""


class Refusal(Exception):  # noqa: N818 - an item of a list can be one, unraised.
    """A null with an error of this code."""


class Thing(NamedTuple):
    """An object of the answer: the name of its type, and the row its fields are read from."""

    type: str
    row: Any


def listed(args: Args, name: str) -> Any:
    """The list an argument holds; GraphQL takes one item for a list of one."""
    value = args.get(name)
    return value if value is None or isinstance(value, list) else [value]


def thing(type_: str, row: Any) -> Thing | None:
    return None if row is None else Thing(type_, row)


def things(type_: str, rows: Iterable[Any]) -> list[Thing]:
    return [Thing(type_, row) for row in rows]


def new(type_: str, **row: Any) -> Thing:
    return Thing(type_, SimpleNamespace(**row))


def school_order(row: Any) -> tuple[Any, ...]:
    return ["PRIMARY", "MIDDLE", "HIGH"].index(row.division), row.grade, row.section, row.code


def by_name(rows: Iterable[Any], containing: str = "") -> list[Any]:
    found = [row for row in rows if containing.casefold() in row.name.casefold()]
    return sorted(found, key=lambda row: (row.name.casefold(), row.pk))


def period_type(period: str) -> str:
    return "QUARTERLY" if period.startswith("Q") else "MONTHLY"


def page(args: Args, type_: str, rows: Iterable[Any]) -> Thing:
    first, last = args.get("first"), args.get("last")
    size = next((each for each in (first, last) if each is not None), 100)
    if None not in {first, last} or size < 0:
        raise Refusal("BAD_USER_INPUT")
    if size > 100:
        raise Refusal("LIMIT_EXCEEDED")
    if args.keys() & {"after", "before"}:
        raise Refusal("BAD_USER_INPUT")
    rows, backward = list(rows), last is not None
    shown = rows[max(0, len(rows) - size) :] if backward else rows[:size]
    more = len(shown) < len(rows)
    return new(
        f"{type_}Connection",
        edges=[new(f"{type_}Edge", node=Thing(type_, row)) for row in shown],
        page_info=new(
            "PageInfo", has_next_page=more and not backward, has_previous_page=more and backward
        ),
        total_count=len(rows),
    )


def columns(names: str) -> dict[str, Field]:
    """Fields that hold what the column of their name holds."""

    def field(name: str) -> Field:
        column = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
        return lambda school, row, args: getattr(row, column)

    return {name: field(name) for name in names.split()}


def found(type_: str, column: str) -> Field:
    """A field that holds the row whose key is in ``column``."""
    model = getattr(models, type_)
    return lambda school, row, args: thing(
        type_, model.objects.filter(pk=getattr(row, column)).first()
    )


def node_fields(type_: str, names: str) -> dict[str, Field]:
    return {"id": lambda school, row, args: f"{type_}:{row.pk}", **columns(names)}
