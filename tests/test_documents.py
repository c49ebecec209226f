"""What the README and the pages for front-end teams show is what happens."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from primepath.demo.accounts import HEAD_TEACHER, TEACHER
from primepath.demo.seed_demo import seed_demo
from primepath.domain.errors import ErrorCode, UserErrorCode
from primepath.domain.viewer import Viewer
from tests.client import answer
from tests.factories import as_viewer
from tests.pages import DOCS, PAGES, README, ROOT, Example, anchors, examples, links, section

EXAM_ID = re.compile(r"Exam:\d+")
SECTIONS = {"First queries": HEAD_TEACHER, "A teacher's week": TEACHER}


def run(example: Example, viewer: Viewer, ids: dict[str, str]) -> None:
    """Runs an example and compares its answer with the one shown.

    Ids of exams are numbers that the database gives; ``ids`` collects what those in the page are here.
    """

    def here(text: str) -> str:
        return EXAM_ID.sub(lambda found: ids.get(found[0], found[0]), text)

    response = answer(here(example.document), viewer, json.loads(here(example.variables) or "null"))
    if not example.answer:
        assert "errors" not in response
        return
    found = EXAM_ID.findall(json.dumps(response, ensure_ascii=False))
    shown = EXAM_ID.findall(example.answer)
    ids.update({each: its for each, its in zip(shown, found, strict=True) if each not in ids})
    assert response == json.loads(here(example.answer))


def run_all(text: str, username: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs the examples of a text one after another, on the demo as it is on a day in November."""
    monkeypatch.setattr(timezone, "localdate", lambda: datetime.date(2026, 11, 23))
    seed_demo(report=lambda line: None)
    viewer = as_viewer(User.objects.get(username=username))
    ids: dict[str, str] = {}
    for example in examples(text):
        run(example, viewer, ids)


@pytest.mark.django_db
@pytest.mark.parametrize(("heading", "username"), SECTIONS.items())
def test_the_documents_of_the_readme_give_the_answers_it_shows(
    heading: str, username: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_all(section(README.read_text(), heading), username, monkeypatch)


def test_no_document_of_the_readme_is_left_out() -> None:
    text = README.read_text()
    run_in_sections = [each for heading in SECTIONS for each in examples(section(text, heading))]
    assert len(run_in_sections) >= 10
    assert run_in_sections == examples(text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "page", [page for page in PAGES if page != README and examples(page.read_text())], ids=str
)
def test_the_documents_of_a_page_give_the_answers_it_shows(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_all(page.read_text(), TEACHER, monkeypatch)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in links(page.read_text()):
        name, _, anchor = link.partition("#")
        if "://" in name:
            continue
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            broken.append(link)
    assert broken == []


def test_every_page_can_be_reached_from_the_index() -> None:
    index = DOCS / "README.md"
    assert "docs/README.md" in links(README.read_text())
    assert {page.name for page in DOCS.glob("*.md")} <= {*links(index.read_text()), index.name}


def test_every_code_of_an_error_is_explained() -> None:
    """Each has a row of its own in its table."""
    text = (DOCS / "errors.md").read_text()
    for heading, codes in (("errors", ErrorCode), ("userErrors", UserErrorCode)):
        rows = re.findall(r"^\| `([A-Z_]+)` \|", section(text, f"`{heading}`"), re.MULTILINE)
        assert sorted(rows) == sorted(codes)


def test_every_limit_is_in_the_page_of_limits() -> None:
    """With its default, as the README has it for those who run the server."""
    rows = re.findall(
        r"^\| (`(?:MAX_|\w+_SECONDS).+?) \|.*\| ([\d, ]+) \|$", README.read_text(), re.MULTILINE
    )
    limits = {
        name: int(default)
        for names, defaults in rows
        for name, default in zip(re.findall(r"`(\w+)`", names), defaults.split(", "), strict=True)
    }
    assert {"MAX_CELLS_PER_OPERATION", "OPERATION_SECONDS"} <= set(limits)
    text = (DOCS / "limits.md").read_text()
    explained = re.findall(r"^\| .+ \| ([\d,]+) \| `(\w+)` \|$", text, re.MULTILINE)
    assert {name: int(most.replace(",", "")) for most, name in explained} == limits


def test_every_setting_that_is_read_is_in_the_readme() -> None:
    root = ROOT / "primepath"
    read = {
        name
        for file in ("settings.py", "database.py")
        for name in re.findall(
            r"\b(?:text|flag|number|items|choice)\(\s*\"([A-Z_]+)\"", (root / file).read_text()
        )
    }
    assert {"DATABASE_URL", "SECRET_KEY", "HTTPS", "ALLOWED_HOSTS", "MAX_PAGE_SIZE"} <= read
    text = README.read_text()
    assert not {name for name in read if f"`{name}`" not in text}
