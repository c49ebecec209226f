"""Calendar feeds, read by another library than the one that writes them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any, cast
from unittest.mock import patch

import pytest
import vobject
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.period import Period
from primepath.domain.viewer import COMMAND_LINE, Viewer
from primepath.models import CalendarFeed, SchoolClass, Teacher
from primepath.school import current_academic_year
from primepath.services.accounts.set_account_active import set_account_active
from primepath.services.calendars.create_calendar_feed import create_calendar_feed
from primepath.services.calendars.revoke_calendar_feed import revoke_calendar_feed
from primepath.services.cells.cell_changes import CellChanges
from primepath.services.cells.update_cell import update_cell
from tests.factories import as_viewer, assign, make_cell, make_class, make_exam, make_teacher
from tests.last_use import writing_uses

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _write_uses_in_the_test() -> Iterator[None]:
    """Write the use of a feed in the transaction of the test."""
    with writing_uses():
        cache.clear()
        yield


@pytest.fixture
def mina() -> Teacher:
    return make_teacher("mina")


@pytest.fixture
def school_class(mina: Teacher) -> SchoolClass:
    """Return a class that Mina can change."""
    school_class = make_class("Young-cho2", name="Young, cho; 2")
    assign(mina, school_class)
    return school_class


def year() -> int:
    return current_academic_year()


def march(day: int) -> datetime.date:
    return datetime.date(year(), 3, day)


def schedule(school_class: SchoolClass, **values: Any) -> CellKey:
    """Store a cell in March with an exam of 40 minutes."""
    exam = make_exam("월말평가", timer_minutes=40)
    values = {"scheduled_date": march(12), **values}
    make_cell(school_class, Period.MAR, year(), exams=[exam], **values)
    return CellKey(school_class.code, year(), Period.MAR)


def address(viewer: Viewer, **options: Any) -> str:
    secret, _feed = create_calendar_feed(viewer=viewer, name="My exams", **options)
    return f"/calendars/{secret}.ics"


def text(url: str) -> str:
    response = Client().get(url)
    assert response.status_code == 200
    return response.content.decode()


def events(url: str) -> list[Any]:
    return list(vobject.readOne(text(url)).contents.get("vevent", []))


def uids(url: str) -> list[str]:
    return [event.uid.value for event in events(url)]


def change(key: CellKey, **changes: Any) -> None:
    update_cell(viewer=COMMAND_LINE, cell=key, changes=cast(CellChanges, changes))


def test_an_event_has_the_facts_of_its_cell(mina: Teacher, school_class: SchoolClass) -> None:
    schedule(
        school_class,
        start_time=datetime.time(9),
        end_time=datetime.time(10, 30),
        room="Room 3",
        invigilator=mina,
        notes="A secret note",
    )
    url = address(as_viewer(mina))
    (event,) = events(url)
    assert event.uid.value == f"Young-cho2-{year()}-MAR@localhost"
    assert event.sequence.value == "1"
    assert event.summary.value == "Young, cho; 2: 월말평가"
    assert event.dtstart.value.isoformat() == f"{year()}-03-12T09:00:00+09:00"
    assert event.dtend.value.isoformat() == f"{year()}-03-12T10:30:00+09:00"
    assert event.location.value == "Room 3"
    assert event.status.value == "CONFIRMED"
    assert event.url.value == f"http://testserver/?year={year()}"
    assert "secret note" not in text(url)
    assert "DTSTART;TZID=Asia/Seoul:" in text(url)
    assert text(url).count("TZOFFSETTO:+0900") == 1
    assert all(len(line.encode()) <= 75 for line in text(url).split("\r\n"))


def test_a_missing_end_follows_from_the_longest_exam(
    mina: Teacher, school_class: SchoolClass
) -> None:
    schedule(school_class, start_time=datetime.time(9))
    (event,) = events(address(as_viewer(mina)))
    assert event.dtend.value - event.dtstart.value == datetime.timedelta(minutes=40)


def test_an_end_has_its_seconds(mina: Teacher, school_class: SchoolClass) -> None:
    schedule(school_class, start_time=datetime.time(9, 0, 30), end_time=datetime.time(9, 0, 45))
    (event,) = events(address(as_viewer(mina)))
    assert event.dtend.value - event.dtstart.value == datetime.timedelta(seconds=15)


def test_a_date_without_times_is_a_whole_day(mina: Teacher, school_class: SchoolClass) -> None:
    schedule(school_class)
    (event,) = events(address(as_viewer(mina)))
    assert type(event.dtstart.value) is datetime.date
    assert (event.dtstart.value, event.dtend.value) == (march(12), march(13))


def test_an_edit_keeps_the_uid_and_raises_the_sequence(
    mina: Teacher, school_class: SchoolClass
) -> None:
    key = schedule(school_class)
    url = address(as_viewer(mina))
    (before,) = events(url)
    change(key, scheduled_date=march(13))
    (after,) = events(url)
    assert before.uid.value == after.uid.value
    assert (before.sequence.value, after.sequence.value) == ("1", "2")


def test_another_year_is_another_event(mina: Teacher, school_class: SchoolClass) -> None:
    schedule(school_class)
    dated = {"scheduled_date": datetime.date(year() - 1, 3, 9)}
    make_cell(school_class, Period.MAR, year() - 1, exams=[make_exam()], **dated)
    dated = {"scheduled_date": datetime.date(year() - 2, 3, 9)}
    make_cell(school_class, Period.MAR, year() - 2, exams=[make_exam()], **dated)
    codes = [f"Young-cho2-{each}-MAR@localhost" for each in (year() - 1, year())]
    assert uids(address(as_viewer(mina))) == codes


def test_a_cleared_date_is_cancelled_for_thirty_days(
    mina: Teacher, school_class: SchoolClass
) -> None:
    key = schedule(school_class)
    url = address(as_viewer(mina))
    change(key, scheduled_date=None)
    (event,) = events(url)
    assert event.status.value == "CANCELLED"
    assert (event.dtstart.value, event.sequence.value) == (march(12), "2")
    change(key, notes="Later")
    assert [each.status.value for each in events(url)] == ["CANCELLED"]
    later = timezone.now() + datetime.timedelta(days=30, minutes=1)
    with patch("primepath.exchange.calendars.events.timezone.now", return_value=later):
        assert events(url) == []
    change(key, scheduled_date=march(20))
    assert [each.status.value for each in events(url)] == ["CONFIRMED"]


def test_an_unchanged_feed_is_the_same_bytes_and_304(
    mina: Teacher, school_class: SchoolClass
) -> None:
    key = schedule(school_class)
    url = address(as_viewer(mina))
    first = Client().get(url)
    assert first["Cache-Control"] == "private, no-cache"
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert Client().get(url).content == first.content
    again = Client().get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = Client().head(url)
    assert (head.status_code, head["ETag"]) == (200, first["ETag"])
    change(key, room="Hall")
    assert Client().get(url, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_feed_has_what_its_owner_can_see_at_that_moment(
    mina: Teacher, school_class: SchoolClass
) -> None:
    other = make_class("B")
    schedule(school_class)
    schedule(other)
    url = address(as_viewer(mina))
    only_b = f"B-{year()}-MAR@localhost"
    assert uids(url) == [f"Young-cho2-{year()}-MAR@localhost"]
    assignment = assign(mina, other)
    assert only_b in uids(url)
    assignment.expires_at = timezone.now() - HOUR
    assignment.save()
    assert only_b not in uids(url)
    SchoolClass.objects.update(is_active=False)
    assert uids(url) == []


def test_a_feed_can_be_about_some_classes_or_duties(
    mina: Teacher, school_class: SchoolClass
) -> None:
    other = make_class("B")
    assign(mina, other)
    schedule(school_class)
    schedule(other, invigilator=mina)
    viewer = as_viewer(mina)
    first, second = f"Young-cho2-{year()}-MAR@localhost", f"B-{year()}-MAR@localhost"
    assert uids(address(viewer, class_codes=["Young-cho2"])) == [first]
    assert uids(address(viewer, duties=True)) == [second]


def test_an_ended_feed_is_404(mina: Teacher, school_class: SchoolClass) -> None:
    viewer = as_viewer(mina)
    url = address(viewer)
    assert Client().get(url).status_code == 200
    feed = CalendarFeed.objects.get()
    revoke_calendar_feed(viewer=viewer, feed_id=feed.pk)
    assert Client().get(url).status_code == 404
    other = address(viewer)
    set_account_active(viewer=COMMAND_LINE, account_id=mina.user_id, is_active=False)
    assert Client().get(other).status_code == 404
    assert Client().get("/calendars/unknown.ics").status_code == 404
    assert Client().post(other).status_code == 405


def test_only_the_digest_of_the_secret_is_stored(mina: Teacher) -> None:
    url = address(as_viewer(mina))
    secret = url.removeprefix("/calendars/").removesuffix(".ics")
    assert len(secret) == 43
    (row,) = CalendarFeed.objects.values()
    assert secret not in str(row)


def test_the_use_is_noted_once_an_hour(mina: Teacher) -> None:
    url = address(as_viewer(mina))
    feeds = CalendarFeed.objects
    assert feeds.get().last_used_at is None
    text(url)
    used = feeds.get().last_used_at
    assert used is not None
    text(url)
    assert feeds.get().last_used_at == used
    feeds.update(last_used_at=used - 2 * HOUR)
    text(url)
    written = feeds.get().last_used_at
    assert written is not None
    assert written > used - HOUR


def test_statements_do_not_depend_on_the_number_of_classes(mina: Teacher) -> None:
    url = address(as_viewer(mina))
    counts = []
    for number in (1, 60):
        for each in range(SchoolClass.objects.count(), number):
            school_class = make_class(f"C{each}")
            assign(mina, school_class)
            schedule(school_class)
            change(CellKey(school_class.code, year(), Period.MAR), scheduled_date=march(20))
            other = CellKey(school_class.code, year(), Period.APR)
            change(other, status=CellStatus.DRAFT, scheduled_date=datetime.date(year(), 4, 2))
            change(other, scheduled_date=None)
        text(url)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert len(uids(url)) == 2 * number
        counts.append(len(captured))
    assert counts[0] == counts[1] == 5


@pytest.mark.parametrize("name", ["My exams\nroom 2", "a\r\nb", "Exams, grade 3; \\n"])
def test_name_of_a_feed_is_escaped(mina: Teacher, name: str) -> None:
    secret, _feed = create_calendar_feed(viewer=as_viewer(mina), name=name)
    calendar = vobject.readOne(text(f"/calendars/{secret}.ics"))
    assert calendar.x_wr_calname.value == " ".join(name.split())
