"""The explorer: vendored files with licences, and examples that run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from primepath.demo.accounts import TEACHER
from primepath.demo.seed_demo import seed_demo
from primepath.models import Exam
from primepath.pages.explorer import examples
from scripts.vendor_explorer import PACKAGES
from tests.client import data
from tests.factories import as_viewer

EXAMPLES = {
    re.findall(r"^(?:query|mutation) (\w+)", example["query"], re.MULTILINE)[0]: example
    for example in examples()
}
STATIC = Path(settings.BASE_DIR) / "primepath" / "pages" / "static" / "explorer"


def test_vendored_files_have_licences_but_no_fonts_or_source_maps() -> None:
    folder = STATIC / "vendor"
    licences = (folder / "LICENSES.txt").read_text()

    for package in PACKAGES:
        assert re.search(rf"^(.+, )?{re.escape(package.name)}(,|$)", licences, re.MULTILINE)
        for name in package.files.values():
            text = (folder / name).read_text()
            assert "sourceMappingURL" not in text
            assert "@font-face" not in text


def test_examples_are_ordered_and_described() -> None:
    assert list(EXAMPLES) == [
        "MyMatrix",
        "TwoClassesOneQuarter",
        "OneCell",
        "AssignAnExam",
        "WhatChanged",
        "SchemaOfACell",
    ]
    for name, example in EXAMPLES.items():
        first, second, _ = example["query"].split("\n", 2)
        assert first.startswith("# ")
        assert second.startswith((f"query {name}", f"mutation {name}"))


@pytest.mark.django_db
def test_each_example_returns_data_on_the_demo() -> None:
    seed_demo(report=lambda line: None)
    viewer = as_viewer(User.objects.get(username=TEACHER))
    # Ids of exams are numbers that the database assigns. In a new demo they start at 1.
    fourth = Exam.objects.order_by("pk")[3]
    shown = {
        "MyMatrix": "PRIMARY_2B",
        "TwoClassesOneQuarter": '"unavailableClassCodes": []',
        "OneCell": '"availableExams": {"totalCount": ',
        "AssignAnExam": fourth.name,
        "WhatChanged": f'"examsAdded": [{{"name": "{fourth.name}"}}]',
        "SchemaOfACell": "availableExams",
    }
    assert list(shown) == list(EXAMPLES)

    for name, example in EXAMPLES.items():
        document = example["query"].replace("Exam:4", f"Exam:{fourth.pk}")
        found = data(document, viewer, json.loads(example["variables"] or "{}"))
        assert shown[name] in json.dumps(found, ensure_ascii=False), name
        assert found.get("assignExams", {}).get("userErrors", []) == []
