"""Every message has a translation, and the compiled file is the one of the text file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

from primepath.domain.text import label_of
from primepath.terms import LABELS
from scripts.messages import (
    LANGUAGES,
    ROOT,
    Messages,
    as_mo,
    as_po,
    mo_file,
    placeholders,
    po_file,
    problems,
    stored,
    updated,
)
from tests.messages import modules

pytestmark = pytest.mark.one_database
every_language = pytest.mark.parametrize("language", LANGUAGES)
TEMPLATES = sorted((ROOT / "primepath" / "pages" / "templates").rglob("*.html"))
HINT = (
    "Run `make messages`, and translate what it lists in locale/{language}/LC_MESSAGES/django.po."
)


@cache
def up_to_date(language: str) -> Messages:
    """Return `updated`, which reads all code and takes a second."""
    return updated(language)


@every_language
def test_every_message_is_skipped(language: str) -> None:
    found = list(problems(up_to_date(language)))
    assert not found, "\n".join([HINT.format(language=language), *found])


@every_language
def test_files_are_up_to_date(language: str) -> None:
    hint = HINT.format(language=language)
    assert po_file(language).read_bytes() == as_po(up_to_date(language)), hint
    assert mo_file(language).read_bytes() == as_mo(stored(language)), hint


def test_korean_texts_need_no_choice_of_a_particle() -> None:
    doubled = re.compile(r"이\(가\)|을\(를\)|은\(는\)|\(으\)로|와\(과\)|과\(와\)")
    assert not doubled.findall(po_file("ko").read_text(encoding="utf-8"))


def test_messages_of_all_parts_are_found() -> None:
    messages = [message for message in up_to_date(LANGUAGES[0]) if message.id]
    ids = {message.id for message in messages}
    assert {"Sign out", "Select cells", "SCHEDULED"} & ids == {"Sign out", "Select cells"}
    assert ("{count} cell", "{count} cells") in ids
    sources = {path.split("/")[0] for message in messages for path, _ in message.locations}
    assert sources == {"loaders", "primepath", "schema"}
    assert len(ids) > 600


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a {name} b", {"{name}"}),
        ("%(name)s and {other}", {"%(name)s", "{other}"}),
        ("{a}{a}", {"{a}"}),
        ("100 %", set()),
    ],
)
def test_placeholders(text: str, found: set[str]) -> None:
    assert placeholders(text) == found


@every_language
@pytest.mark.parametrize(
    ("translation", "problem"),
    [
        ("", "not translated"),
        ("칸", "other placeholders"),
        ("{cuont}개", "other placeholders"),
        ("{count", "other placeholders"),
    ],
)
def test_wrong_translation_is_found(language: str, translation: str, problem: str) -> None:
    messages = stored(language)
    messages["{count} cell"].string = (translation,)
    (found,) = problems(messages)
    assert problem in found


@every_language
def test_fuzzy_translation_is_found(language: str) -> None:
    messages = stored(language)
    messages["Sign out"].flags.add("fuzzy")
    (found,) = problems(messages)
    assert found.endswith("fuzzy: 'Sign out'")


def test_labels_of_all_choices_have_translations() -> None:
    """`choices` makes labels from values. `primepath.terms` lists them, because only literals are extracted."""
    from django.apps import apps

    labels = {
        label_of(value)
        for model in apps.get_app_config("primepath").get_models()
        for field in model._meta.fields
        for value, _label in field.flatchoices
        # A language is called by its own name. Files have no page.
        if field.name not in {"language", "purpose"}
    }
    assert labels <= LABELS
    assert len(labels) > 50


# Blocks inside of a tag: attributes, and names of classes.
_ATTRIBUTES = {"data", "bodyclass", "coltype"}


def _texts_outside_of_tags(text: str) -> Iterator[str]:
    """Yield everything in a template that people read and that is not marked."""
    is_skipped = False
    html = []
    for token in Lexer(text).tokenize():
        if token.token_type is TokenType.BLOCK:
            name, *rest = token.contents.split()
            if name == "blocktranslate" or (name == "block" and rest[0] in _ATTRIBUTES):
                is_skipped = True
            elif name in {"endblocktranslate", "endblock"}:
                is_skipped = False
        elif token.token_type is TokenType.TEXT and not is_skipped:
            html.append(token.contents)
    plain = re.sub(r"<(script|style|code)\b.*?</\1>", "", "".join(html), flags=re.DOTALL)
    for value in re.findall(r'(?:alt|aria-label|placeholder|title)="([^"]*)"', plain):
        yield from _words(value)
    for value in re.split(r"<[^>]*>", plain):
        yield from _words(value)


def _words(value: str) -> Iterator[str]:
    if re.search(r"[A-Za-z]{2,}", re.sub(r"&\w+;", "", value)):
        yield value.strip()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_all_text_of_a_template_is_marked(template: Path) -> None:
    assert list(_texts_outside_of_tags(template.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "text",
    ["<p>Cancel</p>", '<img alt="Cancel">', "{% if a %}Cancel{% endif %}", "{{ a }} Cancel"],
)
def test_unmarked_text_is_found(text: str) -> None:
    assert list(_texts_outside_of_tags(text))


def test_no_message_is_skipped_when_its_module_is_imported() -> None:
    """The language is that of a request. A text that is created earlier must be lazy."""
    found = []
    for module in modules():
        names = _eager_names(module.tree)
        inside = {
            inner
            for function in ast.walk(module.tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for body in ([function.body] if isinstance(function, ast.Lambda) else [*function.body])
            for inner in ast.walk(body)
        }
        found += [
            f"{module.path}:{call.lineno}"
            for call in module.calls
            if isinstance(call.func, ast.Name) and call.func.id in names and call not in inside
        ]
    assert found == []


def _eager_names(tree: ast.Module) -> set[str]:
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in {"gettext", "ngettext", "pgettext", "npgettext"}
    }
