"""The steps of a week on the page at ``/``. Each ends with a check of the page and a picture."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from primepath.demo.accounts import DEMO_PASSWORD
from tests.browser.hands import Mouse
from tests.browser.korean import assert_korean
from tests.browser.localized_page import LocalizedPage
from tests.browser.opened_cell import YEAR
from tests.browser.test_accessibility import violations

_HOLIDAY = f"{YEAR}-03-02"


class Week(LocalizedPage):
    """A page, the hands of its user, and the user's language. ``data`` are the words of the school's own data."""

    def __init__(
        self,
        page: Page,
        hands: Mouse,
        language: str,
        data: set[str],
        take_picture: Callable[[str], None],
    ) -> None:
        super().__init__(page, language)
        self.hands = hands
        self._data = data
        self._take_picture = take_picture
        self._is_narrow = page.evaluate("innerWidth < 640")

    def look(self, step: str) -> None:
        """Check what the page shows: its language, for users with disabilities, and its width."""
        if self.language == "ko":
            assert_korean(self.page, self._data)
        assert violations(self.page) == []
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        self._take_picture(step)

    def sign_in(self, username: str) -> None:
        self.look("signed_out")
        self.hands.press(self.page.locator("#sign-in"))
        for password in ("wrong", DEMO_PASSWORD):
            self.hands.fill(self.field("Username"), username)
            self.hands.fill(self.field("Password"), password)
            self.hands.press(self.button("Sign in"))
            if password == "wrong":
                expect(self.page.get_by_role("alert")).to_be_visible()
                self.look("sign_in_failed")
        expect(self.page.locator("#matrix table")).to_be_visible()
        other = {"en": "English", "ko": "한국어"}[self.language]
        switch = self.page.locator("header button", has_text=other)
        if switch.is_visible():
            self.hands.press(switch)
        expect(self.button("Select cells")).to_be_visible()
        self.look("matrix")

    def find(self, class_name: str) -> None:
        self._show_filters()
        rows = self.page.locator("#matrix tbody tr:not(.division):visible")
        every = rows.count()
        self.hands.fill(self.field("Class"), class_name)
        expect(rows).to_have_count(1)
        self.look("found")
        self.hands.fill(self.field("Class"), "")
        expect(rows).to_have_count(every)
        self.hands.choose(self.field("Status"), "COMPLETED")
        self.hands.choose(self.field("Status"), "")
        self._show_filters()

    def _show_filters(self) -> None:
        if self._is_narrow:
            self.hands.press(self.button("Filter"))

    def change_cell(self, class_name: str, *, room: str) -> None:
        self.hands.press_cell(self.cell(class_name, 3))
        panel = self.page.locator("#cell")
        self.hands.press(self.button("Edit", panel))
        self.hands.choose(self.field("Status", panel), "DRAFT")
        for message, value in (
            ("Date", f"{YEAR}-05-01"),
            ("Start", "09:00"),
            ("End", "10:30"),
            ("Room", room),
            ("Notes", room),
        ):
            self.hands.fill(self.field(message, panel), value)
        self.hands.press(self.button("Save", panel))
        expect(self.field("Date", panel)).to_have_attribute("aria-invalid", "true")
        self.look("invalid_date")
        self.hands.fill(self.field("Date", panel), _HOLIDAY)
        self.hands.press(self.button("Save", panel))
        expect(panel.get_by_text(self.text("Saved."))).to_be_visible()
        expect(panel.locator(".warnings")).to_be_visible()
        self.look("changed")

    def assign_exams(self, name: str) -> None:
        panel = self.page.locator("#cell")
        self.hands.press(self.button("Assign exams", panel))
        expect(self.field("Search by name or level", panel)).to_be_focused()
        self.look("exams")
        exams = panel.locator(".exams li")
        before = exams.count()
        self.hands.check(panel.locator(".choices input").first)
        self.hands.press(self.button("Assign", panel))
        expect(exams).to_have_count(before + 1)
        self.hands.press(self.button("New exam", panel))
        self.hands.fill(self.field("Name", panel), name)
        self._data.update(name.split("_"))
        self.look("new_exam")
        self.hands.press(self.button("Create and assign", panel))
        expect(panel.locator(".exams").get_by_text(name)).to_be_visible()

    def read_history(self) -> None:
        self.hands.press(self.page.locator("#cell-history summary"))
        expect(self.page.locator(".history > li").nth(2)).to_be_visible()
        self.look("history")

    def copy_cell(self, target: str) -> None:
        self.hands.press(self.button("Copy to other cells"))
        self.hands.press_cell(self.cell(target, 3))
        self.look("selected")
        self.hands.press(self.button("Copy here"))
        self._preview_and_save("copy")

    def change_block(self, class_names: list[str], *, room: str) -> None:
        self.hands.press(self.button("Select cells"))
        self.hands.press_cell(self.cell(class_names[0], 6))
        self.hands.press(self.button("Block up to the next cell"))
        self.hands.press_cell(self.cell(class_names[1], 7))
        self.hands.press(self.button("Change together"))
        self.hands.fill(self.field("Room", self.page.locator("#bulk")), room)
        self._preview_and_save("block")

    def _preview_and_save(self, step: str) -> None:
        dialog = self.page.locator("#bulk")
        self.hands.press(self.button("Preview", dialog))
        expect(self.page.locator("#bulk-result")).not_to_be_empty()
        self.look(step)
        self.hands.press(self.button("Save", dialog))
        expect(dialog).to_be_hidden()
        expect(self.page.locator("#undo")).to_be_enabled()

    def undo(self) -> None:
        self.hands.press(self.button("Changes"))
        dialog = self.dialog("Changes")
        expect(dialog.locator("#change-list > li").nth(3)).to_be_visible()
        self.look("changes")
        self.hands.press(dialog.locator("#change-list button").first)
        expect(self.page.locator("#changes-outcome")).not_to_be_empty()
        self.look("undone")
        self.hands.press(self.button("Close", dialog))

    def read_month_and_week(self) -> None:
        for view in "month", "week":
            self.hands.choose(self.field("View"), view)
            expect(self.page.locator("#agenda-count")).not_to_be_empty()
            self.look(view)
        self.hands.choose(self.field("View"), "matrix")

    def export(self) -> None:
        self._show_filters()
        self.hands.press(self.button("Export"))
        dialog = self.dialog("Export the schedule")
        self.hands.choose(self.field("Format", dialog), "CSV")
        with self.page.expect_download() as download:
            self.hands.press(self.button("Export", dialog))
        assert download.value.suggested_filename == f"schedule-{YEAR}.csv"
        self.look("export")
        self.hands.press(self.button("Close", dialog))

    def import_file(self, code: str, *, room: str) -> None:
        self.hands.press(self.button("Import"))
        dialog = self.dialog("Import the schedule")
        content = (
            f"class_code,academic_year,period,room\n{code},{YEAR},DEC,{room}\nNOWHERE,{YEAR},DEC,1"
        )
        # The window in which the system lets a user choose a file is not part of the page.
        self.field("File", dialog).set_input_files(
            {"name": "1.csv", "mimeType": "text/csv", "buffer": content.encode()}
        )
        self._data.update({"csv", "NOWHERE"})
        skip = self.field("Import the other rows if some have problems", dialog)
        self.hands.check(skip)
        self.hands.press(self.button("Preview", dialog))
        expect(dialog.locator("tbody tr")).to_have_count(2)
        self.look("import")
        self.hands.press(self.button("Save", dialog))
        imported = self.text("Imported: {cells}.", cells="").removesuffix(".")
        expect(dialog.locator(".result")).to_contain_text(imported)
        self.hands.press(self.button("Close", dialog))

    def plan_year(self) -> None:
        self.hands.press(self.button("New year"))
        dialog = self.dialog("Plan a new year")
        self.hands.press(self.button("Preview", dialog))
        expect(dialog.locator("details")).to_have_count(4)
        self.look("new_year")
        self.hands.press(self.button("Close", dialog))

    def request_access(self) -> None:
        self.hands.press(self.button("Request access"))
        dialog = self.dialog("Request access to a class")
        classes = self.field("Class", dialog)
        expect(classes.locator("option").nth(1)).to_be_attached()
        self.hands.choose(classes, classes.locator("option").nth(7).get_attribute("value") or "")
        self.hands.fill(self.field("Reason", dialog), "...")
        self.look("request_access")
        self.hands.press(self.button("Cancel", dialog))

    def look_at_print(self) -> None:
        self.page.emulate_media(media="print")
        self._take_picture("print")
        self.page.emulate_media(media="screen")

    def open_account(self) -> None:
        self.hands.press(self.page.locator("#account"))
        expect(self.page.get_by_role("heading", name=self.text("You"), exact=True)).to_be_visible()
        self.look("account")
