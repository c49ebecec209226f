"""Several cells: a copy, a change of a block, and undo."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.week.one_cell import MONTH, PERIOD
from tests.browser.week.week_page import WeekPage

_BLOCK = {"JUN": 6, "JUL": 7}


def copy(week: WeekPage, source: dict[str, Any], target: dict[str, Any]) -> None:
    before = _exams(week, target)
    week.hands.press(week.button("Copy to other cells"))
    week.hands.press_cell(week.cell(target["name"], MONTH))
    week.look("selected")
    week.hands.press(week.button("Copy here"))
    _preview_and_save(week, "copy")
    assert _exams(week, target) == before | _exams(week, source)
    week.agrees_with_matrix()


def _exams(week: WeekPage, row: dict[str, Any]) -> set[str]:
    return {each["name"] for each in week.stored.cell(row["code"], PERIOD)["exams"]}


def change_block(week: WeekPage, rows: list[dict[str, Any]], *, room: str) -> None:
    """Change the room of the block, undo it, redo it."""
    before = _rooms(week, rows)
    assert room not in before
    week.hands.press(week.button("Select cells"))
    week.hands.press_cell(week.cell(rows[0]["name"], _BLOCK["JUN"]))
    week.hands.press(week.button("Block up to the next cell"))
    week.hands.press_cell(week.cell(rows[1]["name"], _BLOCK["JUL"]))
    week.hands.press(week.button("Change together"))
    week.hands.fill(week.field("Room", week.page.locator("#bulk")), room)
    _preview_and_save(week, "block")
    after = [room] * len(before)
    assert _rooms(week, rows) == after
    _undo_in_list(week)
    assert _rooms(week, rows) == before
    redo = week.page.locator("#undo")
    expect(redo).to_contain_text(week.text("Redo"))
    week.hands.press(redo)
    expect(redo).to_contain_text(week.text("Undo"))
    assert _rooms(week, rows) == after
    week.agrees_with_matrix()


def _rooms(week: WeekPage, rows: list[dict[str, Any]]) -> list[str]:
    return [week.stored.cell(row["code"], period)["room"] for row in rows for period in _BLOCK]


def _preview_and_save(week: WeekPage, step: str) -> None:
    changes = len(week.stored.changes())
    dialog = week.page.locator("#bulk")
    week.hands.press(week.button("Preview", dialog))
    expect(week.page.locator("#bulk-result")).not_to_be_empty()
    week.is_in_view("#bulk-result")
    assert len(week.stored.changes()) == changes
    week.look(step)
    week.hands.press(week.button("Save", dialog))
    expect(dialog).to_be_hidden()
    expect(week.page.locator("#undo")).to_be_enabled()
    expect(week.page.locator("#announcement")).to_have_text(week.text("Saved."))


def _undo_in_list(week: WeekPage) -> None:
    week.hands.press(week.button("Changes"))
    dialog = week.dialog("Changes")
    _shows_changes(week)
    week.look("changes")
    week.hands.press(dialog.locator("#change-list button").first)
    expect(week.page.locator("#changes-outcome")).not_to_be_empty()
    newest, undone = week.stored.changes()[:2]
    assert newest["action"] == "UNDO_CHANGES"
    assert undone["undoneBy"]
    _shows_changes(week)
    week.look("undone")
    week.hands.press(week.button("Close", dialog))


def _shows_changes(week: WeekPage) -> None:
    """Wait until the list has the stored changes, and marks what is undone."""
    items = week.page.locator("#change-list > li")
    stored = week.stored.changes()

    def shown() -> list[tuple[str, bool]]:
        lines = [each.split("\n") for each in items.all_inner_texts()]
        # An item that is not laid out yet has one line.
        return [("".join(rest[:1]), week.text("Undone") in rest[1:]) for _action, *rest in lines]

    week.agrees(shown, [(each["summary"], bool(each["undoneBy"])) for each in stored])
    for text, change in zip(items.all_inner_texts(), stored, strict=True):
        assert change["byName"] in text
