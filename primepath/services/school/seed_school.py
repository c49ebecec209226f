"""The school's own data: its classes and the curriculum they can follow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import TypedDict

from django.db import models, transaction
from django.db.models import Q, QuerySet

from primepath.domain.viewer import COMMAND_LINE
from primepath.models import CurriculumLevel, Program, SchoolClass, SubProgram
from primepath.services.curriculum.program_values import PROGRAMS, SUB_PROGRAMS
from primepath.services.curriculum.track_level_changes import (
    track_level_changes,
    track_new_levels,
)
from primepath.services.school.class_values import CLASSES


class ClassEntry(TypedDict):
    """A class as the school's file names it."""

    code: str
    name: str
    division: str
    grade: int
    section: str
    stream: str


class SubProgramEntry(TypedDict):
    """A sub-program as the school's file names it, with the numbers of its levels."""

    name: str
    order: int
    levels: list[int]


class ProgramEntry(TypedDict):
    """A program as the school's file names it, for the grades from ``gradeFrom`` to ``gradeTo``."""

    name: str
    gradeFrom: int
    gradeTo: int
    order: int
    subprograms: list[SubProgramEntry]


class SchoolFile(TypedDict):
    """What of ``data/school.json`` is stored in tables."""

    classes: list[ClassEntry]
    programs: list[ProgramEntry]


def read_school_file() -> SchoolFile:
    """The classes and programs of ``primepath/data/school.json``, in the order of the file."""
    text = files("primepath").joinpath("data/school.json").read_text(encoding="utf-8")
    school: SchoolFile = json.loads(text)
    return school


@transaction.atomic
def seed_school(*, overwrite: bool = True) -> SchoolFile:
    """Stores the school's classes, programs, sub-programs and levels; returns what was in the file.

    What is stored already takes the file's names, streams, grades and order, or keeps its own
    without ``overwrite``. Whether a class is active, and what the file does not name, never change.
    """
    school = read_school_file()
    changed = _levels_to_change(school["programs"] if overwrite else ())
    with (
        track_level_changes(viewer=COMMAND_LINE, levels=changed),
        CLASSES.track(SchoolClass, viewer=COMMAND_LINE),
        PROGRAMS.track(Program, viewer=COMMAND_LINE),
        SUB_PROGRAMS.track(SubProgram, viewer=COMMAND_LINE),
        track_new_levels(viewer=COMMAND_LINE),
    ):
        _store(
            SchoolClass,
            [SchoolClass(**entry) for entry in school["classes"]],
            key=["code"],
            values=["name", "division", "grade", "section", "stream"] if overwrite else [],
        )
        _seed_programs(school["programs"], overwrite=overwrite)
    return school


def _levels_to_change(programs: Sequence[ProgramEntry]) -> QuerySet[CurriculumLevel]:
    """The levels whose program or sub-program is stored otherwise than the file has it."""
    changed = Q(pk__in=[])
    for program in programs:
        inside = Q(subprogram__program__name=program["name"])
        changed |= inside & ~Q(
            subprogram__program__grade_from=program["gradeFrom"],
            subprogram__program__grade_to=program["gradeTo"],
            subprogram__program__position=program["order"],
        )
        for entry in program["subprograms"]:
            named = Q(subprogram__name=entry["name"])
            changed |= inside & named & ~Q(subprogram__position=entry["order"])
    return CurriculumLevel.objects.filter(changed)


def _seed_programs(programs: Sequence[ProgramEntry], *, overwrite: bool) -> None:
    """Stores the programs with their sub-programs and levels."""
    _store(
        Program,
        [
            Program(
                name=program["name"],
                grade_from=program["gradeFrom"],
                grade_to=program["gradeTo"],
                position=program["order"],
            )
            for program in programs
        ],
        key=["name"],
        values=["grade_from", "grade_to", "position"] if overwrite else [],
    )
    program_ids = dict(Program.objects.values_list("name", "pk"))
    _store(
        SubProgram,
        [
            SubProgram(
                program_id=program_ids[program["name"]], name=entry["name"], position=entry["order"]
            )
            for program in programs
            for entry in program["subprograms"]
        ],
        key=["program", "name"],
        values=["position"] if overwrite else [],
    )
    subprogram_ids = {
        (program_id, name): pk
        for program_id, name, pk in SubProgram.objects.values_list("program_id", "name", "pk")
    }
    _store(
        CurriculumLevel,
        [
            CurriculumLevel(
                subprogram_id=subprogram_ids[program_ids[program["name"]], entry["name"]],
                level_number=number,
            )
            for program in programs
            for entry in program["subprograms"]
            for number in entry["levels"]
        ],
        key=["subprogram", "level_number"],
        values=[],
    )


def _store(
    model: type[models.Model],
    rows: Sequence[models.Model],
    *,
    key: list[str],
    values: list[str],
) -> None:
    """Inserts the rows whose ``key`` is not stored yet; those that are take the ``values``."""
    if values:
        model._default_manager.bulk_create(
            rows, update_conflicts=True, unique_fields=key, update_fields=values
        )
    else:
        model._default_manager.bulk_create(rows, ignore_conflicts=True)
