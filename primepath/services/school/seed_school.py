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

_CLASS_VALUES = ["name", "division", "grade", "section", "section_order", "stream"]


class ClassEntry(TypedDict):
    """A class in the school's file."""

    code: str
    name: str
    division: str
    grade: int
    section: str
    stream: str


class SubProgramEntry(TypedDict):
    """A sub-program in the school's file, with the numbers of its levels."""

    name: str
    order: int
    levels: list[int]


class ProgramEntry(TypedDict):
    """A program in the school's file, for the grades from ``gradeFrom`` to ``gradeTo``."""

    name: str
    gradeFrom: int
    gradeTo: int
    order: int
    subprograms: list[SubProgramEntry]


class SchoolFile(TypedDict):
    """The part of ``data/school.json`` that is stored in tables."""

    classes: list[ClassEntry]
    programs: list[ProgramEntry]


def read_school_file() -> SchoolFile:
    """Return the classes and programs of ``primepath/data/school.json``, in the order of the file."""
    text = files("primepath").joinpath("data/school.json").read_text(encoding="utf-8")
    school: SchoolFile = json.loads(text)
    return school


@transaction.atomic
def seed_school(*, overwrite: bool = True) -> SchoolFile:
    """Store the school's classes, programs, sub-programs and levels, record the changes, and return the file.

    Stored rows get the names, streams, grades and order of the file, unless ``overwrite`` is False. Rows that are not in
    the file never change, and neither does whether a class is active.
    """
    school = read_school_file()
    changed = _levels_to_change(school["programs"] if overwrite else ())
    with (
        track_level_changes(viewer=COMMAND_LINE, levels=changed),
        PROGRAMS.track(Program, viewer=COMMAND_LINE),
        SUB_PROGRAMS.track(SubProgram, viewer=COMMAND_LINE),
        CLASSES.track(SchoolClass, viewer=COMMAND_LINE),
        track_new_levels(viewer=COMMAND_LINE),
    ):
        _store(
            SchoolClass,
            [SchoolClass(**entry) for entry in school["classes"]],
            key=["code"],
            values=_CLASS_VALUES if overwrite else [],
        )
        _seed_programs(school["programs"], overwrite=overwrite)
    return school


def _levels_to_change(programs: Sequence[ProgramEntry]) -> QuerySet[CurriculumLevel]:
    """Return the levels with a program or sub-program that differs from the file."""
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
    """Store the programs with their sub-programs and levels."""
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
    """Insert the rows with a ``key`` that is not stored yet, and set the ``values`` of stored ones."""
    if values:
        model._default_manager.bulk_create(
            rows, update_conflicts=True, unique_fields=key, update_fields=values
        )
    else:
        model._default_manager.bulk_create(rows, ignore_conflicts=True)
