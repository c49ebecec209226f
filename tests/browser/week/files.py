"""Export, import, and the plan of a new year."""

from __future__ import annotations

import csv
from typing import Any

from playwright.sync_api import expect

from tests.browser.opened_cell import YEAR
from tests.browser.week.week_page import WeekPage

_PERIODS = 16


def export(week: WeekPage, row: dict[str, Any], *, room: str) -> None:
    """Export the schedule. The file has the ``room`` in a line of the class."""
    week.show_filters()
    week.hands.press(week.button("Export"))
    dialog = week.dialog("Export the schedule")
    week.hands.choose(week.field("Format", dialog), "CSV")
    with week.page.expect_download() as download:
        week.hands.press(week.button("Export", dialog))
    assert download.value.suggested_filename == f"schedule-{YEAR}.csv"
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        _header, *lines = csv.reader(file)
    assert len(lines) == _PERIODS * len(week.stored.matrix())
    assert len([line for line in lines if row["code"] in line and room in line]) == 1
    week.look("export")
    week.hands.press(week.button("Close", dialog))


def import_(week: WeekPage, row: dict[str, Any], *, room: str) -> None:
    code = row["code"]
    before = week.stored.cell(code, "DEC")
    assert before["room"] != room
    week.hands.press(week.button("Import"))
    dialog = week.dialog("Import the schedule")
    content = (
        f"class_code,academic_year,period,room\n{code},{YEAR},DEC,{room}\nNOWHERE,{YEAR},DEC,1"
    )
    # The window in which the system lets a user choose a file is not part of the page.
    week.field("File", dialog).set_input_files(
        {"name": "1.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    week.data.update({"csv", "NOWHERE"})
    week.hands.check(week.field("Import the other rows if some have problems", dialog))
    week.hands.press(week.button("Preview", dialog))
    expect(dialog.locator("tbody tr")).to_have_count(2)
    week.is_in_view("#import .result")
    assert week.stored.cell(code, "DEC") == before
    week.look("import")
    week.hands.press(week.button("Save", dialog))
    imported = week.text("Imported: {cells}.", cells="").removesuffix(".")
    expect(dialog.locator(".result")).to_contain_text(imported)
    after = week.stored.cell(code, "DEC")
    assert after | {"room": room} == after
    assert after["version"] > before["version"]
    week.agrees_with_matrix()
    week.hands.press(week.button("Close", dialog))


def plan_year(week: WeekPage) -> None:
    before = week.stored.matrix(YEAR + 1)
    week.hands.press(week.button("New year"))
    dialog = week.dialog("Plan a new year")
    week.hands.press(week.button("Preview", dialog))
    parts = dialog.locator("details summary")
    expect(parts).to_have_count(4)
    for text, figures in zip(parts.all_inner_texts(), week.stored.plan(YEAR + 1), strict=True):
        shown = "".join(each if each.isdigit() else " " for each in text).split()
        assert tuple(map(int, shown)) == figures
    assert week.stored.matrix(YEAR + 1) == before
    week.look("new_year")
    week.hands.press(week.button("Close", dialog))
