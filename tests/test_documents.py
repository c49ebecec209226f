"""The documents on all pages return the responses that the pages show, on the demo."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from primepath.demo.accounts import HEAD_TEACHER, TEACHER
from primepath.demo.seed_demo import seed_demo
from primepath.domain.viewer import Viewer
from tests.client import answer
from tests.demo_day import DAY
from tests.factories import as_viewer
from tests.pages import DOCS, PAGES, README, ROOT, Example, anchors, examples, links
from tests.stored_once import StoreOnce

EXAM_ID = re.compile(r"Exam:\d+")
TUTORIAL = DOCS / "tutorial.md"
PAGES_WITH_EXAMPLES = [page for page in PAGES if examples(page.read_text())]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def run(example: Example, viewer: Viewer, ids: dict[str, str]) -> None:
    """Run an example and compare the response with the one that the page shows.

    Ids of exams are numbers that the database assigns. ``ids`` maps those on the page to those in this database.
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


@pytest.fixture(scope="module")
def _demo(store_once: StoreOnce) -> Iterator[None]:
    """The demo as it is on a day in November."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "localdate", lambda: DAY)
        store_once(partial(seed_demo, report=lambda line: None))
        yield


@pytest.mark.usefixtures("_demo", "db")
@pytest.mark.parametrize("page", PAGES_WITH_EXAMPLES, ids=name)
def test_documents_of_a_page_return_the_shown_responses(page: Path) -> None:
    """All documents of the page run one after another."""
    username = HEAD_TEACHER if page == README else TEACHER
    viewer = as_viewer(User.objects.get(username=username))
    ids: dict[str, str] = {}
    for example in examples(page.read_text()):
        run(example, viewer, ids)


def test_readme_and_tutorial_show_responses() -> None:
    assert all(example.answer for example in examples(README.read_text()))
    assert all(example.answer for example in examples(TUTORIAL.read_text()))
    assert len(examples(README.read_text())) >= 1
    assert len(examples(TUTORIAL.read_text())) >= 9


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_has_a_target(page: Path) -> None:
    broken = []
    for link in links(page.read_text()):
        path, _, anchor = link.partition("#")
        if "://" in path:
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            broken.append(link)
    assert broken == []


def test_index_links_to_every_page() -> None:
    index = DOCS / "README.md"
    assert "docs/README.md" in links(README.read_text())
    linked = {
        (index.parent / link.partition("#")[0]).resolve() for link in links(index.read_text())
    }
    assert {page.resolve() for page in DOCS.rglob("*.md") if page != index} <= linked


@pytest.mark.parametrize(
    ("page", "most_lines"),
    [("README.md", 150), ("ARCHITECTURE.md", 120), ("CONTRIBUTING.md", 80), ("SECURITY.md", 60)],
)
def test_pages_at_the_root_are_short(page: str, most_lines: int) -> None:
    assert len((ROOT / page).read_text().splitlines()) <= most_lines


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_path_on_a_page_exists(page: Path) -> None:
    tops = {each.name for each in ROOT.iterdir()} - {"var"}
    named = re.findall(r"`([\w.-]+/[\w./-]*)`", page.read_text())
    paths = [path for path in named if path.partition("/")[0] in tops]
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_architecture_names_every_package() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    folders = {
        file.parent.name
        for top in ("primepath", "schema")
        for file in (ROOT / top).glob("*/__init__.py")
    }
    assert {"server", "pages", "operation", "limits"} <= folders
    assert [folder for folder in folders - {"migrations"} if f"{folder}/" not in text] == []
