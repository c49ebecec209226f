"""Fields, exams and history of a cell."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.opened_cell import YEAR
from tests.browser.week.week_page import WeekPage

PERIOD, MONTH = "MAR", 3
_HOLIDAY = {
    "stored": f"{YEAR}-03-02",
    "en": f"Monday, 2 March {YEAR}",
    "ko": f"{YEAR}년 3월 2일(월)",
}


def change(week: WeekPage, row: dict[str, Any], *, room: str) -> None:
    code, name = row["code"], row["name"]
    before = week.stored.cell(code, PERIOD)
    week.hands.press_cell(week.cell(name, MONTH))
    panel = week.page.locator("#cell")
    week.hands.press(week.button("Edit", panel))
    week.hands.choose(week.field("Status", panel), "DRAFT")
    for message, value in (
        ("Date", f"{YEAR}-05-01"),
        ("Start", "09:00"),
        ("End", "10:30"),
        ("Room", room),
        ("Notes", room),
    ):
        week.hands.fill(week.field(message, panel), value)
    week.hands.press(week.button("Save", panel))
    expect(week.field("Date", panel)).to_have_attribute("aria-invalid", "true")
    assert week.stored.cell(code, PERIOD) == before
    week.look("invalid_date")
    week.hands.fill(week.field("Date", panel), _HOLIDAY["stored"])
    week.hands.press(week.button("Save", panel))
    expect(panel.get_by_text(week.text("Saved."))).to_be_visible()
    stored = week.stored.cell(code, PERIOD)
    assert stored["version"] > before["version"]
    assert stored | _fields(room) == stored
    facts = panel.locator("dl dd").all_inner_texts()
    assert facts[0] == _HOLIDAY[week.language]
    assert facts[1].split()[:1] + facts[1].split()[-1:] == ["09:00", "10:30"]
    assert facts[2] == room
    expect(panel.locator(".notes")).to_have_text(room)
    warnings = [each["message"] for each in stored["warnings"]]
    assert warnings
    expect(panel.locator(".warnings li")).to_contain_text(warnings)
    week.agrees_with_matrix()
    week.look("changed")


def _fields(room: str) -> dict[str, str]:
    return {
        "status": "DRAFT",
        "scheduledDate": _HOLIDAY["stored"],
        "startTime": "09:00:00",
        "endTime": "10:30:00",
        "room": room,
        "notes": room,
    }


def assign_exams(week: WeekPage, row: dict[str, Any], name: str) -> None:
    panel = week.page.locator("#cell")
    week.hands.press(week.button("Assign exams", panel))
    expect(week.field("Search by name or level", panel)).to_be_focused()
    week.is_in_view("#cell .choices")
    week.look("exams")
    before = _names(week, row)
    chosen = panel.locator(".choices li").first.locator("strong").inner_text()
    week.hands.check(panel.locator(".choices input").first)
    week.hands.press(week.button("Assign", panel))
    _shows_exams(week, row, [*before, chosen])
    week.hands.press(week.button("New exam", panel))
    expect(week.field("Name", panel)).to_be_focused()
    week.hands.fill(week.field("Name", panel), name)
    week.data.update(name.split("_"))
    week.look("new_exam")
    week.hands.press(week.button("Create and assign", panel))
    _shows_exams(week, row, [*before, chosen, name])
    week.agrees_with_matrix()


def _names(week: WeekPage, row: dict[str, Any]) -> list[str]:
    return [each["name"] for each in week.stored.cell(row["code"], PERIOD)["exams"]]


def _shows_exams(week: WeekPage, row: dict[str, Any], names: list[str]) -> None:
    """Check that the cell has these exams, in the panel and as stored."""
    exams = week.page.locator("#cell .exams strong")
    expect(exams).to_have_count(len(names))
    stored = _names(week, row)
    assert sorted(stored) == sorted(names)
    assert exams.all_inner_texts() == stored


def read_history(week: WeekPage, row: dict[str, Any]) -> None:
    week.hands.press(week.page.locator("#cell-history summary"))
    expect(week.page.locator(".history")).to_be_focused()
    week.is_in_view(".history > li:first-child")
    entries = week.stored.cell(row["code"], PERIOD)["history"]["edges"]
    assert len(entries) >= 3
    shown = week.page.locator(".history > li > small:first-of-type")
    expect(shown).to_have_count(len(entries))
    for text, entry in zip(shown.all_inner_texts(), entries, strict=True):
        assert entry["node"]["byName"] in text
    week.look("history")
