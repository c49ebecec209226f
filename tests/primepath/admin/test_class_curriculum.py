"""The page that sets the curriculum of a class."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.test import Client

from primepath.admin import class_curriculum
from primepath.admin.class_curriculum import curriculum_url
from primepath.domain.errors import InputError, UserErrorCode, ValidationFailedError
from primepath.models import ClassCurriculumMapping, CurriculumLevel, SchoolClass
from primepath.school import current_academic_year
from tests.factories import make_level
from tests.primepath.admin.pages import change_url, errors_of, filled
from tests.primepath.admin.school import Row

YEAR = current_academic_year()


@pytest.fixture
def url(row: Row) -> str:
    return curriculum_url(row.school_class.code, YEAR, site_name="admin")


def _levels(year: int = YEAR) -> list[int]:
    mappings = ClassCurriculumMapping.objects.filter(academic_year=year).order_by("priority")
    return list(mappings.values_list("curriculum_level", flat=True))


def _is_touched(row: Row) -> bool:
    version = row.school_class.curriculum_version
    return SchoolClass.objects.get(pk=row.school_class.pk).curriculum_version != version


def test_page_of_a_class_shows_its_curriculum_and_links_to_the_form(
    head: Client, row: Row, url: str
) -> None:
    page = head.get(change_url(row.school_class)).content.decode()
    assert str(row.level) in page
    assert url in page


def test_form_shows_the_levels_of_the_year(head: Client, row: Row, url: str) -> None:
    assert filled(head, url) == {
        "academic_year": str(YEAR),
        "expected_version": "0",
        "level_1": str(row.level.pk),
        "level_2": "",
    }
    assert str(row.level) in head.get(url).content.decode()


def test_saving_sets_the_levels_and_the_version(head: Client, row: Row, url: str) -> None:
    second = make_level(program="EDGE")
    data = {"academic_year": YEAR, "level_1": second.pk, "level_2": row.level.pk}
    response = head.post(url, data, follow=True)
    assert response.redirect_chain == [(change_url(row.school_class), 302)]
    assert f" in {YEAR}: EDGE PHONICS L1, {row.level}." in response.content.decode()
    assert _levels() == [second.pk, row.level.pk]
    assert _is_touched(row)
    assert "EDGE PHONICS L1" in LogEntry.objects.get().change_message


def test_a_form_that_was_opened_before_a_change_is_refused(
    head: Client, row: Row, url: str
) -> None:
    first, second = filled(head, url), filled(head, url)
    level = make_level(program="EDGE")
    assert head.post(url, first | {"level_1": level.pk}).status_code == 302
    response = head.post(url, second | {"level_1": ""})
    assert response.status_code == 200
    assert "The curriculum has changed since you loaded it" in response.content.decode()
    assert _levels() == [level.pk]
    # The form did not show the levels of another year, so it has no version to compare.
    assert head.post(url, second | {"academic_year": YEAR + 1}).status_code == 302


def test_levels_are_copied_to_another_year(head: Client, row: Row, url: str) -> None:
    assert head.post(url, filled(head, url) | {"academic_year": YEAR + 1}).status_code == 302
    assert _levels(YEAR) == _levels(YEAR + 1) == [row.level.pk]


def test_empty_form_clears_the_year(head: Client, row: Row, url: str) -> None:
    assert head.post(url, {"academic_year": YEAR, "level_1": "", "level_2": ""}).status_code == 302
    assert _levels() == []


def test_year_with_more_levels_has_more_fields(head: Client, row: Row, url: str) -> None:
    for priority in (2, 3, 4):
        ClassCurriculumMapping.objects.create(
            school_class=row.school_class,
            academic_year=YEAR,
            curriculum_level=make_level(number=priority, program="EDGE"),
            priority=priority,
        )
    before = _levels()
    assert head.post(url, filled(head, url)).status_code == 302
    assert _levels() == before
    assert len(before) == 4


@pytest.mark.parametrize("year", [settings.ACADEMIC_YEARS.first - 1, "soon", "", "\0"])
def test_year_out_of_range_is_an_error_of_the_form(
    head: Client, row: Row, url: str, year: object
) -> None:
    response = head.post(url, {"academic_year": year, "level_1": row.level.pk, "level_2": ""})
    assert list(errors_of(response)) == ["academic_year"]
    assert not _is_touched(row)


@pytest.mark.parametrize("level", ["999999999999999999999", "0", "x", "\0"])
def test_missing_level_is_an_error_of_the_form(
    head: Client, row: Row, url: str, level: str
) -> None:
    response = head.post(url, {"academic_year": YEAR, "level_1": level, "level_2": ""})
    assert list(errors_of(response)) == ["level_1"]


def test_repeated_level_is_an_error_of_the_second(head: Client, row: Row, url: str) -> None:
    data = {"academic_year": YEAR, "level_1": row.level.pk, "level_2": row.level.pk}
    assert errors_of(head.post(url, data)) == {"level_2": ["This level is listed twice."]}


def test_secondary_level_needs_a_primary_one(head: Client, row: Row, url: str) -> None:
    response = head.post(url, {"academic_year": YEAR, "level_1": "", "level_2": row.level.pk})
    assert list(errors_of(response)) == ["level_1"]


def test_inactive_class_keeps_its_curriculum(head: Client, row: Row, url: str) -> None:
    SchoolClass.objects.update(is_active=False)
    response = head.post(url, {"academic_year": YEAR, "level_1": "", "level_2": ""})
    assert "does not exist or is inactive" in errors_of(response)["__all__"][0]
    assert _levels() == [row.level.pk]


def test_every_error_of_the_service_is_shown(
    head: Client, row: Row, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        paths: list[tuple[str | int, ...]] = [("academic_year",), ("level_ids", 1), ("class_code",)]
        raise ValidationFailedError(
            [InputError(UserErrorCode.NOT_FOUND, f"{path[0]}: {{field}}", path) for path in paths]
        )

    monkeypatch.setattr(class_curriculum, "set_class_curriculum", refuse)
    data = {
        "academic_year": YEAR,
        "level_1": row.level.pk,
        "level_2": make_level(program="EDGE").pk,
    }
    assert errors_of(head.post(url, data)) == {
        "academic_year": ["academic_year: Academic year"],
        "level_2": ["level_ids: Secondary level"],
        "__all__": ["class_code: "],
    }


def test_missing_class_has_no_form(head: Client) -> None:
    assert head.get(curriculum_url("NOWHERE", YEAR, site_name="admin")).status_code == 404


def test_other_users_are_redirected_to_sign_in(row: Row, url: str) -> None:
    response = Client().post(url, {"academic_year": YEAR, "level_1": "", "level_2": ""})
    assert response.headers["Location"].startswith("/admin/login/")
    assert _levels() == [row.level.pk]


def test_levels_are_found_by_words_of_their_full_name(head: Client, row: Row) -> None:
    make_level("RISE", 2, "EDGE")
    response = head.get(
        "/admin/autocomplete/",
        {
            "app_label": "primepath",
            "model_name": "classcurriculummapping",
            "field_name": "curriculum_level",
            "term": "edge l2",
        },
    )
    assert [each["text"] for each in response.json()["results"]] == ["EDGE RISE L2"]
    assert CurriculumLevel.objects.count() == 2
