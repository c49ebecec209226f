"""Programs, sub-programs and levels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from primepath.domain.school_class import FIRST_GRADE, LAST_GRADE
from primepath.exchange.upstream import tables, values
from primepath.exchange.upstream.outcomes import Outcome
from primepath.exchange.upstream.planner import Planner
from primepath.exchange.upstream.source import Row
from primepath.models import CurriculumLevel, Program, SubProgram
from primepath.services.imports.planned import Fate, Kind, PlannedObject, Ref

_NAME_LENGTH = 50
_TEST_NAME = re.compile(r"\s*(\[INACTIVE\]|test\b)", re.IGNORECASE)
_LEVEL_NAME = re.compile(
    r"\s*(?:PRIME\s+)?(?P<program>\S+)\s+(?P<subprogram>.+?)\s*-?\s*\b(?:Level|Lv|L)\.?\s*(?P<number>\d{1,4})\s*",
    re.IGNORECASE,
)


class ProgramOfSource(NamedTuple):
    """A program that is imported, with its lowest grade."""

    ref: Ref
    name: str
    first_grade: int


class Curriculum(NamedTuple):
    """The levels of the file that are imported: by their key there, and by program, sub-program and number."""

    levels: dict[int, Ref]
    by_name: dict[tuple[str, str, int], Ref]
    programs: dict[str, ProgramOfSource]

    def parse(self, name: str) -> Ref | None:
        """Return the level that a text such as ``CORE Phonics Level 1`` names."""
        match = _LEVEL_NAME.fullmatch(name)
        if match is None:
            return None
        program, subprogram = match["program"].casefold(), _folded(match["subprogram"])
        return self.by_name.get((program, subprogram, int(match["number"])))


def plan_curriculum(planner: Planner) -> Curriculum:
    """Plan the programs, sub-programs and levels. Existing ones are found by their names and numbers."""
    programs = _plan_programs(planner)
    used = _used_levels(planner)
    level_rows = list(planner.source.rows(tables.LEVEL))
    used_subprograms = {
        values.integer(row["subprogram_id"])
        for row in level_rows
        if values.integer(row["id"]) in used
    }
    subprograms = _plan_subprograms(planner, programs, used_subprograms)
    return _plan_levels(planner, level_rows, programs, subprograms)


def _used_levels(planner: Planner) -> set[int | None]:
    return {
        values.integer(row["curriculum_level_id"])
        for table in (tables.MAPPING, tables.EXAM)
        for row in planner.source.rows(table)
    }


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _position(value: object) -> int:
    return min(max(values.integer(value) or 0, 0), values.SMALL)


def _plan_programs(planner: Planner) -> dict[int, ProgramOfSource]:
    stored = {name.casefold(): str(pk) for name, pk in Program.objects.values_list("name", "pk")}
    planned: dict[str, PlannedObject] = {}
    programs: dict[int, ProgramOfSource] = {}
    lines: list[tuple[Row, Ref, Outcome, list[str]]] = []
    for row in planner.source.rows(tables.PROGRAM):
        reasons: list[str] = []
        name = values.clean(row["name"], values.SMALL, reasons).strip()
        low, high = (values.integer(row[f"grade_range_{end}"]) or 0 for end in ("start", "end"))
        if not name or len(name) > _NAME_LENGTH:
            planner.add(tables.PROGRAM, row, Outcome.REJECTED, ["NAME_LENGTH"])
        elif not FIRST_GRADE <= low <= high <= LAST_GRADE:
            message = f"grades {low} to {high}"
            planner.add(tables.PROGRAM, row, Outcome.REJECTED, ["GRADES"], message=message)
        else:
            key = values.integer(row["id"]) or 0
            first = planned.get(name.casefold())
            if first is None:
                first = planned[name.casefold()] = PlannedObject(
                    Ref(Kind.PROGRAM, tables.PROGRAM, str(key)),
                    {
                        "name": name,
                        "grade_from": low,
                        "grade_to": high,
                        "position": _position(row["order"]),
                    },
                )
                outcome = Outcome.CHANGED if reasons else Outcome.IMPORTED
            else:
                outcome, reasons = Outcome.MERGED, ["SAME_PROGRAM"]
            programs[key] = ProgramOfSource(first.ref, name, low)
            lines.append((row, first.ref, outcome, reasons))
    _link(planner, planned, stored, Kind.PROGRAM)
    for row, ref, outcome, reasons in lines:
        _report(planner, tables.PROGRAM, row, ref, outcome, reasons)
    return programs


def _link(
    planner: Planner, planned: Mapping[Any, PlannedObject], stored: Mapping[Any, str], kind: Kind
) -> None:
    for key, each in planned.items():
        if key in stored and each.ref.key not in planner.records(each.ref.table):
            each.fate, each.target = Fate.LINKED, stored[key]
    planner.settle(planned.values(), kind)


def _report(
    planner: Planner, table: str, row: Row, ref: Ref, outcome: Outcome, reasons: list[str]
) -> None:
    """Report a row. Curriculum that exists here already is unchanged."""
    if planner.fates[ref] is Fate.LINKED:
        outcome, reasons = Outcome.UNCHANGED, []
    planner.add(table, row, outcome, reasons, of=ref)


class _SubProgram(NamedTuple):
    ref: Ref | None
    program: str
    name: str
    problem: tuple[Outcome, str] | None = None


def _plan_subprograms(
    planner: Planner, programs: dict[int, ProgramOfSource], used: set[int | None]
) -> dict[int, _SubProgram]:
    stored = {
        (program.casefold(), _folded(name)): str(pk)
        for program, name, pk in SubProgram.objects.values_list("program__name", "name", "pk")
    }
    planned: dict[tuple[str, str], PlannedObject] = {}
    found: dict[int, _SubProgram] = {}
    lines: list[tuple[Row, Ref, Outcome, list[str]]] = []
    for row in planner.source.rows(tables.SUBPROGRAM):
        key = values.integer(row["id"]) or 0
        program = programs.get(values.integer(row["program_id"]) or 0)
        problem = _problem(row, program, is_used=key in used)
        if problem is not None or program is None:
            outcome, reason = problem or (Outcome.REJECTED, "PROGRAM_MISSING")
            planner.add(tables.SUBPROGRAM, row, outcome, [reason])
            found[key] = _SubProgram(None, "", "", (outcome, reason))
            continue
        reasons: list[str] = []
        name = _short_name(values.clean(row["name"], values.SMALL, reasons), program.name)
        identity = (program.name.casefold(), _folded(name))
        first = planned.get(identity)
        if first is None:
            first = planned[identity] = PlannedObject(
                Ref(Kind.SUB_PROGRAM, tables.SUBPROGRAM, str(key)),
                {
                    "program_id": program.ref,
                    "name": name.upper(),
                    "position": _position(row["order"]),
                },
            )
            outcome = Outcome.CHANGED if reasons else Outcome.IMPORTED
        else:
            outcome, reasons = Outcome.MERGED, ["SAME_SUBPROGRAM"]
        found[key] = _SubProgram(first.ref, *identity)
        lines.append((row, first.ref, outcome, reasons))
    _link(planner, planned, stored, Kind.SUB_PROGRAM)
    for row, ref, outcome, reasons in lines:
        _report(planner, tables.SUBPROGRAM, row, ref, outcome, reasons)
    return found


def _problem(
    row: Row, program: ProgramOfSource | None, *, is_used: bool
) -> tuple[Outcome, str] | None:
    name = values.printable(row["name"])
    if program is None:
        return Outcome.REJECTED, "PROGRAM_MISSING"
    if _TEST_NAME.match(name) and not is_used:
        return Outcome.NOT_CARRIED, "TEST_DATA"
    if not 0 < len(_short_name(name, program.name).upper()) <= _NAME_LENGTH:
        return Outcome.REJECTED, "NAME_LENGTH"
    return None


def _short_name(name: str, program: str) -> str:
    """Return the name without the program's name before it."""
    name = " ".join(name.split())
    prefix = f"{program} "
    is_long = name.casefold().startswith(prefix.casefold())
    return name[len(prefix) :] if is_long else name


def _plan_levels(
    planner: Planner,
    rows: list[Row],
    programs: dict[int, ProgramOfSource],
    subprograms: dict[int, _SubProgram],
) -> Curriculum:
    stored = {
        (program.casefold(), _folded(subprogram), number): str(pk)
        for program, subprogram, number, pk in CurriculumLevel.objects.values_list(
            "subprogram__program__name", "subprogram__name", "level_number", "pk"
        )
    }
    planned: dict[tuple[str, str, int], PlannedObject] = {}
    levels: dict[int, Ref] = {}
    lines: list[tuple[Row, Ref, Outcome, list[str]]] = []
    for row in rows:
        key = values.integer(row["id"]) or 0
        number = values.integer(row["level_number"]) or 0
        subprogram = subprograms.get(values.integer(row["subprogram_id"]) or 0)
        if subprogram is None or subprogram.ref is None:
            problem = subprogram.problem if subprogram else None
            outcome, reason = problem or (Outcome.REJECTED, "SUBPROGRAM_MISSING")
            planner.add(tables.LEVEL, row, outcome, [reason])
            continue
        if not 1 <= number <= values.SMALL:
            message = values.printable(row["level_number"])
            planner.add(tables.LEVEL, row, Outcome.REJECTED, ["LEVEL_NUMBER"], message=message)
            continue
        identity = (subprogram.program, subprogram.name, number)
        first = planned.get(identity)
        if first is None:
            ref = Ref(Kind.LEVEL, tables.LEVEL, str(key))
            first = planned[identity] = PlannedObject(
                ref, {"subprogram_id": subprogram.ref, "level_number": number}
            )
            lines.append((row, ref, Outcome.IMPORTED, []))
        else:
            lines.append((row, first.ref, Outcome.MERGED, ["SAME_LEVEL"]))
        levels[key] = first.ref
    _link(planner, planned, stored, Kind.LEVEL)
    for row, ref, outcome, reasons in lines:
        _report(planner, tables.LEVEL, row, ref, outcome, reasons)
    by_name = {identity: each.ref for identity, each in planned.items()}
    return Curriculum(levels, by_name, {each.name.casefold(): each for each in programs.values()})
