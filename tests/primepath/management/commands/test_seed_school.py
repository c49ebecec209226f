"""``manage.py seed_school``"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from primepath.models import (
    ClassCurriculumMapping,
    CurriculumLevel,
    HistoryEntry,
    Program,
    SchoolClass,
    SubProgram,
)
from primepath.services.school.seed_school import read_school_file, seed_school

pytestmark = pytest.mark.django_db


def _all_rows() -> dict[str, list[dict[str, Any]]]:
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in apps.get_app_config("primepath").get_models()
    }


def test_school_has_its_classes_and_curriculum() -> None:
    call_command("seed_school", verbosity=0)

    assert SchoolClass.objects.filter(is_active=True).count() == 60
    assert Program.objects.count() == 4
    assert SubProgram.objects.count() == 15
    assert CurriculumLevel.objects.count() == 45
    names = {str(level) for level in CurriculumLevel.objects.with_names()}
    assert {"CORE PHONICS L1", "PINNACLE PRO L3"} <= names


def test_every_class_equals_the_file() -> None:
    seed_school()

    entries = read_school_file()["classes"]
    fields = list(entries[0])
    assert list(SchoolClass.objects.order_by("pk").values(*fields)) == sorted(
        entries, key=lambda entry: entry["code"]
    )


def test_seeding_twice_changes_nothing() -> None:
    call_command("seed_school", verbosity=0)
    before = _all_rows()

    call_command("seed_school", verbosity=0)

    assert _all_rows() == before


def test_second_run_updates_names_and_keeps_other_values() -> None:
    seed_school()
    before = _all_rows()
    SchoolClass.objects.filter(code="HIGH_10A").update(
        name="Renamed", stream="Moved", is_active=False
    )
    Program.objects.filter(name="CORE").update(grade_to=3, position=9)
    SchoolClass.objects.create(
        code="EXTRA", name="One more", division="HIGH", grade=12, section="X"
    )

    seed_school()

    own = SchoolClass.objects.get(code="HIGH_10A")
    assert (own.name, own.stream) == ("High School Grade 10A", "STEM Track")
    assert not own.is_active
    assert SchoolClass.objects.filter(code="EXTRA", name="One more").exists()
    assert _all_rows()["Program"] == before["Program"]


def test_only_changed_curricula_are_invalidated() -> None:
    seed_school()
    for code, program in (("PRIMARY_1A", "CORE"), ("PRIMARY_5A", "ASCENT"), ("HIGH_10A", "EDGE")):
        ClassCurriculumMapping.objects.create(
            school_class_id=code,
            academic_year=2026,
            priority=1,
            curriculum_level=CurriculumLevel.objects.filter(subprogram__program__name=program)[0],
        )
    Program.objects.filter(name="CORE").update(grade_to=3)
    level = ClassCurriculumMapping.objects.get(school_class="PRIMARY_5A").curriculum_level
    SubProgram.objects.filter(pk=level.subprogram_id).update(position=9)
    before = dict(SchoolClass.objects.values_list("code", "curriculum_version"))

    seed_school()

    after = dict(SchoolClass.objects.values_list("code", "curriculum_version"))
    assert {code for code in after if after[code] != before[code]} == {"PRIMARY_1A", "PRIMARY_5A"}


def test_without_overwrite_only_missing_rows_are_added() -> None:
    seed_school()
    SchoolClass.objects.filter(code="HIGH_10A").update(name="Renamed")
    SchoolClass.objects.filter(code="HIGH_10B").delete()

    seed_school(overwrite=False)

    assert SchoolClass.objects.get(code="HIGH_10A").name == "Renamed"
    assert SchoolClass.objects.get(code="HIGH_10B").name == "High School Grade 10B"


@pytest.mark.parametrize(
    ("verbosity", "line"), [(1, "School: 60 classes and 4 programs.\n"), (0, "")]
)
def test_output_lists_the_content_of_the_school(
    verbosity: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("seed_school", verbosity=verbosity)

    assert capsys.readouterr().out == line


def test_what_is_seeded_is_recorded() -> None:
    seed_school()

    actions = Counter(HistoryEntry.objects.values_list("action", flat=True))
    assert actions == {
        "CREATE_CLASS": 60,
        "CREATE_PROGRAM": 4,
        "CREATE_SUB_PROGRAM": 15,
        "CREATE_LEVEL": 45,
    }
    assert set(HistoryEntry.objects.values_list("actor_name", flat=True)) == {"Command line"}
    assert not HistoryEntry.objects.exclude(actor=None).exists()


def test_what_is_taken_from_the_file_again_is_recorded() -> None:
    seed_school()
    seeded = HistoryEntry.objects.latest("pk").pk
    SchoolClass.objects.filter(code="HIGH_10A").update(name="Renamed")
    Program.objects.filter(name="CORE").update(position=9)

    seed_school()

    entries = HistoryEntry.objects.filter(pk__gt=seeded)
    assert {(entry.action, tuple(map(tuple, entry.changes))) for entry in entries} == {
        ("UPDATE_CLASS", (("name", "Renamed", "High School Grade 10A"),)),
        ("UPDATE_PROGRAM", (("position", 9, 1),)),
    }
