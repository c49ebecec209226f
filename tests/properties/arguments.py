"""Random arguments: values that fit their types and the school, some of them passed in variables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNonNull,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

from tests.properties.school import CLASSES, PLANNED_YEARS

_YEARS = (PLANNED_YEARS.last, PLANNED_YEARS.first)
_UNPLANNED_YEARS = (PLANNED_YEARS.first - 1, PLANNED_YEARS.last + 1)
_CODES = tuple(CLASSES)
_UNKNOWN_CODES = ("NOWHERE", "primary_1a", "")
# The school has cells with exams in most of these.
_PERIODS = ("JAN", "FEB", "Q1", "MAR", "Q4", "DEC")
_CELL_IDS = [f"MatrixCell:{'/'.join(key)}" for key in product(_CODES, map(str, _YEARS), _PERIODS)]
_EXAM_IDS = [f"Exam:{number}" for number in range(1, 7)]
_DETAILS = ("CurriculumLevel", "Program", "SubProgram", "Teacher")
_USELESS_IDS = (
    *(f"MatrixCell:PRIMARY_1A/{year}/JAN" for year in _UNPLANNED_YEARS),
    *("Exam:99", "Exam:0", "Exam:x", "MatrixCell:PRIMARY_1A/2026/XXX", "SchoolClass:a b"),
    *("Viewer:1", ""),
)

Kinds = Sequence[Sequence[Any]]
"""Values grouped by kind. Each kind is equally likely, whatever its number of values."""

_ID_KINDS: Kinds = (
    *(_CELL_IDS, _CELL_IDS, _EXAM_IDS, _EXAM_IDS),
    [f"SchoolClass:{code}" for code in _CODES],
    [f"TeacherClassAssignment:{number}" for number in range(1, 8)],
    [f"ClassAccessRequest:{number}" for number in range(1, 4)],
    [f"{type_}:{number}" for type_ in _DETAILS for number in range(1, 5)],
    _USELESS_IDS,
)
_CODE_KINDS: Kinds = (*[_CODES] * 9, _UNKNOWN_CODES)
_SIZE_KINDS: Kinds = (*[(2, 1, 100)] * 9, (0, 101, -1))

# Values by the name of the argument or input field. A name that is not listed is an enumeration.
_VALUES: dict[str, Kinds] = {
    "academicYear": (*[_YEARS] * 9, _UNPLANNED_YEARS),
    "after": [["no cursor"]],
    "before": [["no cursor"]],
    "changesAfter": [["no token"]],
    "classCode": _CODE_KINDS,
    "classCodes": _CODE_KINDS,
    "code": _CODE_KINDS,
    "curriculumLevelId": [
        ["CurriculumLevel:1", "CurriculumLevel:3", "CurriculumLevel:9", "Exam:1"]
    ],
    "examId": [["Exam:1", "Exam:2", "Exam:99", "Teacher:1"]],
    "first": _SIZE_KINDS,
    "grade": [[1, 7, 12]],
    "hasDate": [[True, False]],
    "hasExams": [[True, False]],
    "invigilatorId": [["Teacher:2", "Teacher:99", "Exam:1"]],
    "id": _ID_KINDS,
    "ids": _ID_KINDS,
    "isActive": [[True, False]],
    "last": _SIZE_KINDS,
    "nameContains": [["a", "É", "no such name"]],
    "period": [_PERIODS],
    "periods": [_PERIODS],
    "room": [["room  10", "ＲＯＯＭ 9", "", "No room"]],
    "scheduledFrom": [["2026-01-01", "2026-02-15"]],
    "scheduledTo": [["2026-01-31", "2026-12-31"]],
    "teacherId": [["Teacher:1", "Teacher:2", "Teacher:99", "Exam:1"]],
}
# These change the kind of page, or cause an error.
_SELDOM_GIVEN = {"after", "before", "changesAfter", "last"}
# Warnings have a definition of their own; see `tests.properties.documents.NOT_GENERATED`.
_NEVER_GIVEN = {"hasWarnings"}
_CONDITION = GraphQLNonNull(GraphQLBoolean)
ArgumentMap = Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField]


def _is_required(argument: GraphQLArgument | GraphQLInputField) -> bool:
    if isinstance(argument, GraphQLArgument):
        return is_required_argument(argument)
    return is_required_input_field(argument)


@dataclass
class Arguments:
    """Writes the arguments of a document. Stores the variables that some of them use."""

    random: Random
    declarations: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)

    def one_in(self, times: int) -> bool:
        return self.random.randrange(times) == 0

    def written(self, arguments: ArgumentMap) -> str:
        """``(name: value, ...)`` for all arguments that are required, and some of the others."""
        given = [
            f"{name}: {self._text(arguments[name].type, self._value(name, arguments[name].type))}"
            for name in self._chosen(arguments)
        ]
        return f"({', '.join(given)})" if given else ""

    def condition(self, usual: bool) -> str:
        """Return the argument of a directive, usually ``usual``."""
        return self._text(_CONDITION, self.one_in(3) is not usual)

    def _chosen(self, arguments: ArgumentMap) -> list[str]:
        chosen = {name for name, argument in arguments.items() if _is_required(argument)}
        # All periods of a class are many cells, which the reference implementation reads slowly.
        if "periods" in arguments and not self.one_in(5):
            chosen.add("periods")
        others = [
            name
            for name in arguments
            if name not in chosen | _NEVER_GIVEN and (name not in _SELDOM_GIVEN or self.one_in(25))
        ]
        chosen.update(
            self.random.choice(others)
            for _ in range(self.random.choice((0, 0, 1, 1, 2)) if others else 0)
        )
        return [name for name in arguments if name in chosen]

    def _value(self, name: str, type_: Any) -> Any:
        """Return a value as in JSON."""
        if not is_non_null_type(type_) and self.one_in(10):
            return None
        type_ = get_nullable_type(type_)
        if is_list_type(type_):
            return [
                self._value(name, type_.of_type)
                for _ in range(self.random.choice((1, 2, 3, 2, 3, 0)))
            ]
        if isinstance(type_, GraphQLInputObjectType):
            return {
                key: self._value(key, type_.fields[key].type) for key in self._chosen(type_.fields)
            }
        if isinstance(type_, GraphQLEnumType) and name not in _VALUES:
            return self.random.choice(list(type_.values))
        return self.random.choice(self.random.choice(_VALUES[name]))

    def _text(self, type_: Any, value: Any, *, constant: bool = False) -> str:
        """Return ``value`` as GraphQL text or as a variable. Unless ``constant``, its parts can be variables too."""
        if not constant and self.one_in(6):
            return self._variable(type_, value)
        type_ = get_nullable_type(type_)
        if value is None:
            return "null"
        if is_list_type(type_):
            items = [self._text(type_.of_type, item, constant=constant) for item in value]
            # GraphQL accepts one item as a list of one, but not a variable with one item.
            if len(items) == 1 and not items[0].startswith("$") and self.one_in(3):
                return items[0]
            return f"[{', '.join(items)}]"
        if isinstance(type_, GraphQLInputObjectType):
            entries = (
                f"{key}: {self._text(type_.fields[key].type, each, constant=constant)}"
                for key, each in value.items()
            )
            return f"{{{', '.join(entries)}}}"
        return str(value) if isinstance(type_, GraphQLEnumType) else json.dumps(value)

    def _variable(self, type_: Any, value: Any) -> str:
        """Return a new variable. It gets ``value``, or has it as its default, or is left out if it is null."""
        name = f"v{len(self.declarations) + 1}"
        declaration = f"${name}: {type_}"
        if value is not None and self.one_in(3):
            declaration += f" = {self._text(type_, value, constant=True)}"
        elif value is not None or self.one_in(2):
            self.variables[name] = value
        self.declarations.append(declaration)
        return f"${name}"
