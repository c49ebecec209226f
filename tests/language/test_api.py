"""The API in both languages: messages, names of holidays, warnings, files and calendars. Codes are the same."""

from __future__ import annotations

import datetime
import io
import re
from typing import Any

import pytest
import vobject
from django.test import Client
from python_calamine import CalamineWorkbook

from primepath.domain.language import Language
from primepath.domain.period import Period
from primepath.models import Teacher
from primepath.school import current_academic_year
from primepath.services.accounts.set_language import set_language
from primepath.services.accounts.tokens import create_token
from primepath.services.calendars.create_calendar_feed import create_calendar_feed
from tests.factories import as_viewer, assign, make_cell, make_class, make_exam, make_teacher

pytestmark = pytest.mark.django_db
_HANGUL = re.compile("[가-힣]")


@pytest.fixture
def mina() -> Teacher:
    teacher = make_teacher("mina", head=True)
    for code in ("A", "B"):
        school_class = make_class(code, name="Rabbits")
        assign(teacher, school_class)
        make_cell(
            school_class,
            Period.MAR,
            exams=[make_exam("Words")],
            status="SCHEDULED",
            scheduled_date=datetime.date(2026, 3, 2),
            start_time=datetime.time(9),
            end_time=datetime.time(10),
            room="Room 3",
        )
    return teacher


def ask(teacher: Teacher | None, query: str, asked: str, **variables: Any) -> Any:
    headers = {"Accept-Language": asked}
    if teacher is not None:
        headers["Authorization"] = f"Bearer {create_token(user=teacher.user, name='x')[0]}"
    response = Client().post(
        "/graphql",
        {"query": query, "variables": variables},
        content_type="application/json",
        headers=headers,
    )
    assert response["Content-Language"] == asked
    return response.json()


def _without_messages(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_messages(each) for key, each in value.items() if key != "message"}
    return [_without_messages(each) for each in value] if isinstance(value, list) else value


ASSIGN = """mutation($cell: CellRef!, $changes: Int) {
  updateCell(input: {cell: $cell, expectedVersion: $changes, status: EMPTY, scheduledDate: "2026-04-01"}) {
    userErrors { code field message } } }"""


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ scheduleMatrix { academicYear } }", {}),
        ("{ scheduleMatrix(academicYear: 1) { academicYear } }", {}),
        ("{ schoolClasses(first: 1000) { edges { node { code } } } }", {}),
        ('{ node(id: "x") { id } }', {}),
        (ASSIGN, {"cell": {"at": {"classCode": "A", "academicYear": 2026, "period": "MAR"}}}),
        (ASSIGN, {"cell": {"at": {"classCode": "?", "academicYear": 2026, "period": "MAR"}}}),
        (
            ASSIGN,
            {
                "cell": {"at": {"classCode": "A", "academicYear": 2026, "period": "MAR"}},
                "changes": 99,
            },
        ),
    ],
)
def test_only_messages_differ(mina: Teacher, query: str, variables: dict[str, Any]) -> None:
    person = None if query == "{ scheduleMatrix { academicYear } }" else mina
    english = ask(person, query, "en", **variables)
    korean = ask(person, query, "ko", **variables)
    assert _without_messages(english) == _without_messages(korean)
    pairs = list(zip(_messages(english), _messages(korean), strict=True))
    assert pairs
    for one, other in pairs:
        assert not _HANGUL.search(one)
        assert _HANGUL.search(other), other
        assert "{" not in other


def _messages(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["message"]] if "message" in value else []
        return own + [text for each in value.values() for text in _messages(each)]
    return [text for each in value for text in _messages(each)] if isinstance(value, list) else []


def test_warnings(mina: Teacher) -> None:
    query = "{ scheduleWarnings(academicYear: 2026) { id code date message holiday { name } } }"
    english, korean = (ask(mina, query, language)["data"] for language in ("en", "ko"))
    by_code = [
        {each["code"]: each for each in found["scheduleWarnings"]} for found in (english, korean)
    ]
    assert by_code[0].keys() == by_code[1].keys()
    assert {"HOLIDAY", "ROOM_CLASH"} <= by_code[0].keys()
    for code, warning in by_code[1].items():
        assert warning["id"] == by_code[0][code]["id"]
        assert _HANGUL.search(warning["message"])
    assert by_code[0]["ROOM_CLASH"]["message"] == (
        "2 exams overlap in Room 3 on 2026-03-02, 09:00–10:00: A, B."
    )
    assert by_code[1]["ROOM_CLASH"]["message"] == (
        "2026년 3월 2일(월) 09:00–10:00에 Room 3에서 시험 2개가 겹칩니다: A, B."
    )
    assert "삼일절" in by_code[1]["HOLIDAY"]["message"]


def test_names_of_holidays(mina: Teacher) -> None:
    query = '{ holidays(from: "2026-12-25", to: "2026-12-25") { name } }'
    assert ask(mina, query, "en")["data"] == {"holidays": [{"name": "Christmas Day"}]}
    assert ask(mina, query, "ko")["data"] == {"holidays": [{"name": "성탄절"}]}


def test_languages_of_the_school() -> None:
    query = "{ school { languages } }"
    assert ask(None, query, "ko")["data"] == {"school": {"languages": ["en", "ko"]}}


EXPORT = """mutation($format: FileFormat!, $language: String) {
  exportSchedule(input: {format: $format, language: $language, filter: {academicYear: 2026}}) { url userErrors { code } } }"""


def _file(teacher: Teacher, asked: str, **variables: Any) -> bytes:
    url = ask(teacher, EXPORT, asked, **variables)["data"]["exportSchedule"]["url"]
    return Client().get(url).content


@pytest.mark.parametrize(
    ("request_language", "chosen", "language"),
    [("en", None, "en"), ("ko", None, "ko"), ("en", "ko", "ko"), ("ko", "en", "en")],
)
def test_files(mina: Teacher, request_language: str, chosen: str | None, language: str) -> None:
    content = _file(mina, request_language, format="XLSX", language=chosen)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows, overview = (book.get_sheet_by_index(index).to_python() for index in (0, 1))
    korean = language == "ko"
    assert rows[0][4] == ("상태" if korean else "Status")
    assert book.sheet_names[1] == ("일정표" if korean else "matrix")
    assert overview[0][3] == ("3월" if korean else "MAR")
    assert overview[1][3] == ("예정" if korean else "SCHEDULED")
    # An import reads the codes.
    assert rows[3][3:5] == ["MAR", "SCHEDULED"]
    csv = _file(mina, request_language, format="CSV", language=chosen).decode("utf-8-sig")
    assert csv.startswith("반 코드" if korean else "Class code")
    calendar = _file(mina, request_language, format="ICS", language=chosen).decode()
    assert ("예정" if korean else "Scheduled") in calendar


def test_feed_is_in_the_language_of_its_owner(mina: Teacher) -> None:
    year = current_academic_year()
    make_cell(
        make_class("C"),
        Period.MAR,
        year + 1,
        status="SCHEDULED",
        exams=[make_exam("Words")],
        scheduled_date=datetime.date(year + 1, 3, 12),
        version=1,
    )
    secret, _feed = create_calendar_feed(viewer=as_viewer(mina), name="Exams")
    address = f"/calendars/{secret}.ics"

    def categories(**headers: str) -> set[str]:
        found = vobject.readOne(Client(headers=headers).get(address).content.decode())
        return {event.categories.value[0] for event in found.vevent_list}

    korean = {"Accept-Language": "ko"}
    assert categories(**korean) == {"Scheduled"}
    set_language(viewer=as_viewer(mina), language=Language.KO)
    assert categories() == {"예정"}
    assert categories(**{"Accept-Language": "en"}) == {"예정"}
