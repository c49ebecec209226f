"""Access to classes that is granted and revoked while the page is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, expect

from primepath.demo.accounts import HEAD_TEACHER
from tests.browser.opened_cell import ROWS, YEAR

_TEACHER = "{ viewer { teacher { id } } }"
_ASSIGN = """mutation ($teacher: ID!, $code: String!) {
  assignTeacher(input: { teacherId: $teacher, classCode: $code, accessLevel: VIEW }) {
    assignment { id } userErrors { message }
  }
}"""
_REVOKE = """mutation ($id: ID!) {
  revokeTeacher(input: { assignmentId: $id }) { userErrors { message } }
}"""


@contextmanager
def another_class(page: Page, ask: Callable[..., Any]) -> Iterator[None]:
    """Grant the teacher access to a hidden class until the block ends. Wait until the class appears, and until it disappears."""
    visible, every = (_codes(ask, name) for name in ("teacher", HEAD_TEACHER))
    shown = page.locator("tbody tr:not(.division)")
    expect(shown).to_have_count(len(visible))
    teacher = ask("teacher", _TEACHER)["viewer"]["teacher"]["id"]
    done = ask(HEAD_TEACHER, _ASSIGN, teacher=teacher, code=min(every - visible))["assignTeacher"]
    expect(shown).to_have_count(len(visible) + 1)
    yield
    ask(HEAD_TEACHER, _REVOKE, id=done["assignment"]["id"])
    expect(shown).to_have_count(len(visible))


def _codes(ask: Callable[..., Any], username: str) -> set[str]:
    """The classes that a demo account sees."""
    rows = ask(username, ROWS, year=YEAR)["scheduleMatrix"]["rows"]
    return {row["schoolClass"]["code"] for row in rows}
