"""Classes: every code that the file mentions, with the values from the table of classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from primepath.domain.text import is_blank
from primepath.exchange.upstream import tables, values
from primepath.exchange.upstream.class_codes import KNOWN_GRADES, ClassCodes, grade_of, sanitized
from primepath.exchange.upstream.curriculum import Curriculum
from primepath.exchange.upstream.outcomes import Outcome
from primepath.exchange.upstream.planner import Planner
from primepath.exchange.upstream.source import Row
from primepath.models import SchoolClass
from primepath.services.imports.planned import Fate, Kind, PlannedObject, Ref
from primepath.services.school.seed_school import read_school_file

_CODE_TABLE = "class code"
_CLASS_TABLE = "class"
_CODE_COLUMNS = (
    (tables.CELL, "class_code"),
    (tables.ASSIGNMENT, "class_code"),
    (tables.REQUEST, "class_code"),
    (tables.EXAM, "class_code"),
    (tables.EXAM_DATE, "class_code"),
)
_CODE_LISTS = ((tables.EXAM, "class_codes"), (tables.CELL, "shared_with_classes"))


class Classes(NamedTuple):
    """The classes of the file. ``of_row`` maps keys of class rows to codes."""

    codes: ClassCodes
    refs: dict[str, Ref]
    of_row: dict[str, str]
    mapping_codes: dict[str, str]


class _ClassRow(NamedTuple):
    table: str
    row: Row
    raw: str
    is_certain: bool


def plan_classes(planner: Planner, curriculum: Curriculum) -> Classes:
    """Plan a class for each code."""
    elsewhere = set(_codes_elsewhere(planner))
    rows = [
        _read(table, row, elsewhere)
        for table in (tables.CLASS, tables.OLD_CLASS)
        for row in planner.source.rows(table)
    ]
    kept = {key: record.target for key, record in planner.records(_CODE_TABLE).items()}
    spellings = elsewhere | {each.raw for each in rows if each.raw}
    known = spellings | _spellings_of_mappings(planner)
    for old in sorted(planner.options.class_codes.keys() - known):
        planner.report.note(f"--class-code: no class in the file has the code {old}.")
    given = {**kept, **planner.options.class_codes}
    codes = ClassCodes(spellings, {old: given[old] for old in given.keys() & known})
    mapping_codes = dict(_mapping_codes(planner, codes))
    _remember_spellings(planner, codes)
    planned = _plan(planner, curriculum, codes, rows, {*codes.all(), *mapping_codes.values()})
    of_row = _report_rows(planner, codes, rows, planned)
    for twins in codes.twins():
        planner.report.note(
            f"Class codes {', '.join(twins)} differ only in case. They are several classes."
        )
    refs = {code: each.ref for code, each in planned.items()}
    return Classes(codes, refs, of_row, mapping_codes)


def _codes_elsewhere(planner: Planner) -> Iterator[str]:
    """Yield the codes that other tables mention. Codes of mappings are in capitals, so they prove nothing."""
    for table, column in _CODE_COLUMNS:
        for value in planner.source.values(table, column):
            if code := values.printable(value).strip():
                yield code
    for table, column in _CODE_LISTS:
        for value in planner.source.values(table, column):
            yield from (code.strip() for code in values.texts(value) if code.strip())


def _spellings_of_mappings(planner: Planner) -> set[str]:
    found = planner.source.values(tables.MAPPING, "class_code")
    return {values.printable(value).strip() for value in found}


def _mapping_codes(planner: Planner, codes: ClassCodes) -> Iterator[tuple[str, str]]:
    """Yield the codes of mappings that belong to no other class, with a code for a new one."""
    for row in planner.source.rows(tables.MAPPING):
        raw = values.printable(row["class_code"]).strip()
        is_active = values.boolean(row["is_active"], default=True)
        if is_active and raw and not codes.folded(raw) and (code := sanitized(raw)):
            yield raw, code


def _read(table: str, row: Row, elsewhere: set[str]) -> _ClassRow:
    """Find the column with the code."""
    name = values.printable(row["name"]).strip()
    section = values.printable(row["section"]).strip()
    if section and (
        section in elsewhere
        or section == name
        or name.startswith(f"{section} - ")
        or sanitized(section) in elsewhere
        or section in KNOWN_GRADES
    ):
        return _ClassRow(table, row, section, is_certain=True)
    is_certain = not section and bool(name) and sanitized(name) == name
    return _ClassRow(table, row, name, is_certain)


def _remember_spellings(planner: Planner, codes: ClassCodes) -> None:
    """Keep the code of each spelling, so that a later import decides the same."""
    planned = [
        PlannedObject(
            Ref(Kind.CLASS_CODE, _CODE_TABLE, raw), {"code": code}, extra={"target": code}
        )
        for raw, code in codes.spelled().items()
    ]
    planner.settle(planned, Kind.CLASS_CODE)


def _plan(
    planner: Planner,
    curriculum: Curriculum,
    codes: ClassCodes,
    rows: list[_ClassRow],
    wanted: set[str],
) -> dict[str, PlannedObject]:
    rows_of: defaultdict[str, list[Row]] = defaultdict(list)
    for class_row in rows:
        if code := codes.get(class_row.raw):
            rows_of[code].append(class_row.row)
    school = {entry["code"]: entry for entry in read_school_file()["classes"]}
    columns = ("name", "division", "grade", "section", "stream", "is_active")
    stored = {
        code: dict(zip(columns, given, strict=True))
        for code, *given in SchoolClass.objects.filter(code__key_in=sorted(wanted)).values_list(
            "code", *columns
        )
    }
    known = planner.records(_CLASS_TABLE)
    planned = {}
    for code in sorted(wanted):
        given = _values(code, rows_of[code], curriculum, school.get(code))
        each = PlannedObject(Ref(Kind.CLASS, _CLASS_TABLE, code), given, extra={"code": code})
        if code in stored and code not in known:
            each.fate, each.target = Fate.LINKED, code
            # Only for the report: equal classes are unchanged.
            each.extra["is_equal"] = stored[code] == given
        planned[code] = each
    planner.settle(planned.values(), Kind.CLASS)
    return planned


def _values(
    code: str, rows: list[Row], curriculum: Curriculum, entry: Any | None
) -> dict[str, Any]:
    rows = sorted(rows, key=lambda row: values.printable(row["updated_at"]), reverse=True)
    names = [_short_name(row, code) for row in rows]
    name = next((name for name in names if name not in {code, ""}), None)
    newest = rows[0] if rows else {}
    program = values.printable(newest.get("program")).strip()
    of_program = curriculum.programs.get(program.casefold())
    grade = grade_of(
        code,
        values.printable(newest.get("grade_level")),
        of_program.first_grade if of_program else None,
    )
    stream = f"{program} {values.printable(newest.get('subprogram'))}".strip()
    return {
        "name": values.clean(name or (entry["name"] if entry else code), 100, []),
        "division": str(grade.division),
        "grade": grade.grade,
        "section": grade.section,
        "stream": values.clean(entry["stream"] if entry else stream, 100, []),
        "is_active": not rows
        or any(values.boolean(row["is_active"], default=True) for row in rows),
    }


def _short_name(row: Row, code: str) -> str:
    name = values.printable(row["name"]).strip()
    section = values.printable(row["section"]).strip()
    for prefix in (f"{code} - ", f"{section} - "):
        rest = name.removeprefix(prefix).strip()
        if section and rest != name and not is_blank(rest):
            return rest
    return name


def _report_rows(
    planner: Planner, codes: ClassCodes, rows: list[_ClassRow], planned: dict[str, PlannedObject]
) -> dict[str, str]:
    """Report the class rows. The first of a class is the class, the others are merged into it."""
    of_row: dict[str, str] = {}
    reported: set[str] = set()
    for each in rows:
        code = codes.get(each.raw)
        if code is None:
            planner.add(each.table, each.row, Outcome.REJECTED, ["CLASS_CODE"])
            continue
        of_row[values.key(each.row["id"])] = code
        planned_class = planned[code]
        message = f"{each.raw} -> {code}" if each.raw != code else ""
        if code in reported:
            planner.add(
                each.table,
                each.row,
                Outcome.MERGED,
                ["SAME_CLASS"],
                of=planned_class.ref,
                message=message,
            )
            continue
        reported.add(code)
        reasons = ["CLASS_CODE"] if each.raw != code else []
        if not each.is_certain:
            reasons.append("CHECK_CLASS")
        outcome = Outcome.CHANGED if reasons else Outcome.IMPORTED
        if planned_class.fate is Fate.LINKED:
            is_equal = planned_class.extra["is_equal"]
            outcome = Outcome.UNCHANGED if is_equal else Outcome.MERGED
            reasons = [] if is_equal else ["CLASS_EXISTS"]
        elif not grade_is_known(each.row, code, planned_class):
            reasons.append("GRADE_UNKNOWN")
        planner.add(each.table, each.row, outcome, reasons, of=planned_class.ref, message=message)
    return of_row


def grade_is_known(row: Row, code: str, planned: PlannedObject) -> bool:
    """Return whether the file or the code contains the grade of the class."""
    grade = grade_of(code, values.printable(row["grade_level"]), None)
    return grade.is_known or bool(planned.values["stream"])
