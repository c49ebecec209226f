"""The explorer: a page from our own files only, with examples that run."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from primepath.school import current_academic_year
from schema.explorer import examples
from scripts.vendor_explorer import PACKAGES
from tests.client import data
from tests.factories import fill_matrix, head_teacher, make_class, make_exam

EXAMPLES = {
    re.findall(r"^query (\w+)", example["query"], re.MULTILINE)[0]: example
    for example in examples()
}
STATIC = Path(settings.BASE_DIR) / "schema" / "static" / "explorer"
SVG = "http://www.w3.org/2000/svg"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Page(HTMLParser):
    """The tags of a page, each with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def html(client: Client) -> str:
    return client.get("/graphql", headers={"accept": BROWSER}).content.decode()


def test_a_browser_gets_the_page_under_a_strict_policy(client: Client) -> None:
    response = client.get("/graphql", headers={"accept": BROWSER})

    assert response.status_code == 200
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Content-Security-Policy"].split("; ") == [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]


def test_the_page_has_no_scripts_or_styles_written_into_it(html: str) -> None:
    for tag, attributes in Page(html).tags:
        assert tag != "style"
        assert tag != "script" or "src" in attributes or attributes["type"] == "application/json"
        assert not [name for name in attributes if name == "style" or name.startswith("on")]


def test_every_file_that_the_page_refers_to_is_there(html: str) -> None:
    prefix = f"/{settings.STATIC_URL.strip('/')}/"
    files = [
        address.removeprefix(prefix)
        for tag, attributes in Page(html).tags
        if tag in {"script", "link"}
        and (address := attributes.get("src") or attributes.get("href"))
    ]

    assert len(files) == 9
    assert [file for file in files if not finders.find(file)] == []


def test_the_page_and_its_own_files_name_no_other_host(html: str) -> None:
    own = [file.read_text() for file in STATIC.iterdir() if file.is_file()]

    assert len(own) == 3
    assert set(re.findall(r"https?://[^\"'\s]+", "".join([html, *own]))) == {SVG}


def test_fetched_files_come_with_licences_and_without_fonts_and_source_maps() -> None:
    folder = STATIC / "vendor"
    licences = (folder / "LICENSES.txt").read_text()

    for package in PACKAGES:
        assert re.search(rf"^(.+, )?{re.escape(package.name)}(,|$)", licences, re.MULTILINE)
        for name in package.files.values():
            text = (folder / name).read_text()
            assert "sourceMappingURL" not in text
            assert "@font-face" not in text


def test_the_examples_come_in_their_order_each_with_a_line_about_it() -> None:
    assert list(EXAMPLES) == [
        "MyMatrix",
        "TwoClassesOneQuarter",
        "OneCell",
        "Exams",
        "SchemaOfACell",
    ]
    for name, example in EXAMPLES.items():
        first, second, _ = example["query"].split("\n", 2)
        assert first.startswith("# ")
        assert second.startswith(f"query {name}")


@pytest.mark.django_db
@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_runs_as_it_stands_and_shows_something(name: str) -> None:
    fill_matrix([make_class("PRIMARY_1A"), make_class("PRIMARY_2B")], current_academic_year())
    not_in_a_cell = make_exam()
    example = EXAMPLES[name]

    found = data(example["query"], head_teacher(), json.loads(example["variables"] or "{}"))

    shown = {
        "MyMatrix": "PRIMARY_2B",
        "TwoClassesOneQuarter": '"unavailableClassCodes": []',
        "OneCell": not_in_a_cell.name,
        "Exams": not_in_a_cell.name,
        "SchemaOfACell": "availableExams",
    }
    assert shown[name] in json.dumps(found)
