"""What the README shows is what happens."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from primepath.services.demo.accounts import HEAD_TEACHER
from primepath.services.seed_demo import seed_demo
from tests.client import answer
from tests.factories import as_viewer

README = (Path(__file__).parent.parent / "README.md").read_text()
EXAMPLES = re.findall(r"```graphql\n(.*?)```(?:\n\n```json\n(.*?)```)?", README, re.DOTALL)


@pytest.mark.django_db
def test_the_queries_of_the_readme_give_the_answers_it_shows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: datetime.date(2026, 11, 23))
    seed_demo(report=lambda line: None)
    viewer = as_viewer(User.objects.get(username=HEAD_TEACHER))
    assert len(EXAMPLES) >= 2
    for document, shown in EXAMPLES:
        response = answer(document, viewer)
        assert "errors" not in response
        if shown:
            assert response == json.loads(shown)


def test_every_setting_that_is_read_is_in_the_readme() -> None:
    root = Path(__file__).parent.parent / "primepath"
    read = {
        name
        for file in ("settings.py", "database.py")
        for name in re.findall(
            r"(?:environ\.get|_flag|_list)\(\s*\"([A-Z_]+)\"", (root / file).read_text()
        )
    }
    assert {"DATABASE_URL", "SECRET_KEY", "HTTPS", "ALLOWED_HOSTS"} <= read
    assert not {name for name in read if f"`{name}`" not in README}
