"""What the README shows is what happens."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from primepath.domain.viewer import Viewer
from primepath.services.demo.accounts import HEAD_TEACHER, TEACHER
from primepath.services.seed_demo import seed_demo
from tests.client import answer
from tests.factories import as_viewer

README = (Path(__file__).parent.parent / "README.md").read_text()
GUIDE = "## A teacher's week"
EXAMPLE = re.compile(r"```graphql\n(.*?)```(?:\n\n```json\n(.*?)```)?", re.DOTALL)
EXAM_ID = re.compile(r"Exam:\d+")


def examples(heading: str) -> list[tuple[str, str]]:
    """The documents below a heading, each with the answer that is shown, empty where none is."""
    (section,) = re.findall(rf"^{heading}$(.*?)(?=^## )", README, re.DOTALL | re.MULTILINE)
    return EXAMPLE.findall(section)


def run(document: str, shown: str, viewer: Viewer, ids: dict[str, str]) -> None:
    """Runs an example and compares its answer with the one shown.

    Ids of exams are numbers that the database gives; ``ids`` collects what those in the README are here.
    """
    response = answer(EXAM_ID.sub(lambda found: ids[found[0]], document), viewer)
    assert "errors" not in response
    if shown:
        here = EXAM_ID.findall(json.dumps(response, ensure_ascii=False))
        ids.update(zip(EXAM_ID.findall(shown), here, strict=True))
        assert response == json.loads(EXAM_ID.sub(lambda found: ids[found[0]], shown))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("heading", "username"), [("## First queries", HEAD_TEACHER), (GUIDE, TEACHER)]
)
def test_the_documents_of_the_readme_give_the_answers_it_shows(
    heading: str, username: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: datetime.date(2026, 11, 23))
    seed_demo(report=lambda line: None)
    viewer = as_viewer(User.objects.get(username=username))
    ids: dict[str, str] = {}
    assert len(examples(heading)) >= 2
    for document, shown in examples(heading):
        run(document, shown, viewer, ids)


def test_every_setting_that_is_read_is_in_the_readme() -> None:
    root = Path(__file__).parent.parent / "primepath"
    read = {
        name
        for file in ("settings.py", "database.py")
        for name in re.findall(
            r"\b(?:text|flag|number|items|choice)\(\s*\"([A-Z_]+)\"", (root / file).read_text()
        )
    }
    assert {"DATABASE_URL", "SECRET_KEY", "HTTPS", "ALLOWED_HOSTS", "MAX_PAGE_SIZE"} <= read
    assert not {name for name in read if f"`{name}`" not in README}
