"""Limits on the length and the selections of a document. At the limit it is accepted, above it is rejected."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from graphql import get_introspection_query
from pytest_django import Settings

from primepath.domain.errors import LimitExceededError
from schema.errors import format_errors
from schema.limits.selections import SelectionCost
from schema.operation.document import InvalidDocumentError, document_cache, load_document

pytestmark = pytest.mark.one_database

SCHOOL = "{ school { name } }"
AT = 'at: { classCode: "A", academicYear: 2026, period: JAN }'
CELL = """
fragment Cell on MatrixCell {
  id academicYear period periodType status color icon scheduledDate startTime endTime notes canEdit version createdAt
  updatedAt examCount schoolClass { id code name division grade section stream isActive }
}
"""


@pytest.fixture(autouse=True)
def _empty_document_cache() -> None:
    document_cache.clear()


def errors_of(document: str) -> list[Any]:
    """Return the errors with which the document is rejected before execution."""
    try:
        load_document(document)
    except InvalidDocumentError as invalid:
        return format_errors(invalid.errors, "test")
    except LimitExceededError as error:
        return [{"message": str(error), "extensions": {"code": error.code, **error.extensions}}]
    return []


def rejection(document: str) -> str:
    """Return the message of the only error with which the document is rejected for a limit."""
    (error,) = errors_of(document)
    figures = error["extensions"]
    assert figures["code"] == "LIMIT_EXCEEDED"
    assert re.search(rf"\b{figures['limit']}\b", error["message"])
    # JSON and JavaScript can represent it, or it is left out.
    assert figures["limit"] < figures.get("actual", figures["limit"] + 1) < 2**53
    return str(error["message"])


def times(count: int, text: str) -> str:
    return " ".join(text.replace("#", str(number)) for number in range(count))


def of_length(characters: int) -> str:
    return SCHOOL.ljust(characters)


def of_tokens(tokens: int) -> str:
    return f"{{ nodes(ids: [{'1 ' * (tokens - 12)}]) {{ id }} }}"


def with_directives(count: int) -> str:
    return f"{{ school {{ {times(count, 'a#: name @include(if: true)')} }} }}"


def with_fields(count: int) -> str:
    """Return a document with this many fields, most of them in a fragment that is spread 19 times."""
    rest = count - 19 * 26 - 1
    names = [
        "name",
        "timeZone",
        "currentAcademicYear",
        "firstAcademicYear",
        "lastAcademicYear",
        "__typename",
    ]
    return (
        f"{{ {times(19, f'c#: matrixCell({AT}) {{ ...Cell }}')} school {{ {' '.join(names[:rest])} }} }}"
        + CELL
    )


def with_aliases(count: int) -> str:
    return f"{{ school {{ {times(count, 'a#: name')} }} }}"


def with_levels(count: int) -> str:
    inner = "{ id }"
    for level in range(count - 1, 1, -1):
        inner = f"{{ {'cells(periods: JAN)' if level % 2 else 'schoolClass'} {inner} }}"
    return f"{{ matrixCell({AT}) {inner} }}"


def with_root_fields(count: int) -> str:
    return f"query {{ ...Half r: school {{ name }} }} fragment Half on Query {{ {times(count - 1, 'r#: school { name }')} }}"


@pytest.mark.parametrize(
    ("document", "limit", "message"),
    [
        (of_length, 20_000, "The document has 20001 characters, which exceeds the limit of 20000."),
        (of_tokens, 2_000, "The document has 2001 tokens, which exceeds the limit of 2000."),
        (with_directives, 50, "The document has 51 directives, which exceeds the limit of 50."),
        (
            with_fields,
            500,
            "The operation has 501 fields, including fragments; the limit is 500.",
        ),
        (
            with_aliases,
            100,
            "The operation has 101 aliases, including fragments; the limit is 100.",
        ),
        (
            with_levels,
            20,
            "The operation is 21 levels deep, including fragments; the limit is 20.",
        ),
        (
            with_root_fields,
            20,
            "The operation has 21 root fields, including fragments; the limit is 20.",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_document_at_the_limit_is_accepted_and_above_it_rejected(
    document: Any, limit: int, message: str
) -> None:
    assert errors_of(document(limit)) == []
    assert rejection(document(limit + 1)) == message


def test_too_many_fields_to_merge_are_rejected() -> None:
    assert errors_of(f"{{ school {{ {'name ' * 71} }} }}") == []
    assert "the limit of 5000 comparisons" in rejection(f"{{ school {{ {'name ' * 72} }} }}")


def test_limits_can_be_configured(settings: Settings) -> None:
    settings.MAX_DOCUMENT_ALIASES = 1
    assert errors_of("{ school { a: name } }") == []
    assert "has 2 aliases" in rejection("{ school { a: name b: name } }")


@pytest.mark.parametrize("depth", [20, 3])
def test_introspection_is_exempt_from_the_depth_limit(depth: int, settings: Settings) -> None:
    settings.MAX_DOCUMENT_DEPTH = depth
    everything = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
        one_of=True,
    )
    assert errors_of(everything) == []


def test_nested_lists_in_introspection_are_limited() -> None:
    fields = "{ name }"
    for _ in range(3):
        fields = f"{{ fields {{ type {fields} }} }}"
    (error,) = errors_of(f"{{ __schema {{ types {fields} }} }}")
    assert error["message"] == "Maximum introspection depth exceeded"


def test_comments_and_strings_do_not_count_as_tokens() -> None:
    document = (
        '{ schoolClass(code: "a b { @ \\" #") { id } } # { [ ( @ ) ] }\n # "' + "{ @ " * 4_000
    )
    assert errors_of(document) == []
    block = '{ schoolClass(code: """ { @ \\""" " "" \n""") { id } }'
    assert errors_of(block + '# """' + "{ @ " * 4_000) == []


def bomb(generations: int) -> str:
    """Return a document in which each fragment spreads the next one twice."""
    fragments = times(generations, "fragment F# on Query { ...F#x ...F#x }")
    for number in range(generations):
        fragments = fragments.replace(f"F{number}x", f"F{number + 1}")
    return f"{{ ...F0 }} {fragments} fragment F{generations} on Query {{ school {{ name }} }}"


def test_nested_fragments_are_counted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    added: list[int | None] = []
    add = SelectionCost.add

    def note(self: SelectionCost, spread: SelectionCost, depth: int | None) -> None:
        added.append(depth)
        add(self, spread, depth)

    monkeypatch.setattr(SelectionCost, "add", note)
    assert "more than 1000000000 root fields" in rejection(bomb(150))
    assert len(added) == 2 * 150 + 1
    assert "256 root fields" in rejection(bomb(8))


def test_recursive_fragments_are_rejected_by_validation() -> None:
    document = "{ ...A } fragment A on Query { ...B school { name } } fragment B on Query { ...A }"
    (error,) = errors_of(document)
    assert error["message"] == "Cannot spread fragment 'A' within itself via 'B'."
    everyone = " ".join(
        f"fragment F{n} on Query {{ ...F{(n + 1) % 100} ...F{(n + 2) % 100} school {{ name }} }}"
        for n in range(100)
    )
    assert "comparisons" in rejection(f"{{ ...F0 }} {everyone}")


CYCLE = "{ cells { exams { cells { schoolClass %s } } } }"


def cycles(times: int) -> str:
    inner = "{ id }"
    for _ in range(times):
        inner = CYCLE % inner
    return f'{{ schoolClass(code: "A") {inner} }}'


NOT_PARSED = {
    "300 kB": of_length(300_000),
    "300 kB of fields": f"{{ {'school { name } ' * 19_000} }}",
    "20 kB of one field": f"{{ school {{ {'name ' * 3_990} }} }}",
    "20 kB of brackets": "{" * 20_000,
    "20 kB of quotes": '"' * 20_000,
    "a text that does not end": '"' + "\\" * 19_000,
    "a block that does not end": '"""' + '\\"""' * 4_900,
    "thousands of aliases": with_aliases(3_000),
    "hundreds of directives": f"{{ school {{ name {'@include(if: true) ' * 270} }} }}",
    "400 cycles": cycles(100),
    "30 cycles": cycles(30),
    "nested lists": f"{{ nodes(ids: {'[' * 300}{']' * 300}) {{ id }} }}",
}
NOT_VALIDATED = {
    "10 kB of one field": f"{{ school {{ {'name ' * 1_990} }} }}",
    "hundreds of aliases": with_aliases(400),
    "6 cycles": cycles(6),
    "a bomb": bomb(160),
    "a bomb of fields": bomb(7).replace("{ school { name } }", "{ school { a: name b: name } }"),
    "hundreds of root fields": with_root_fields(300),
}


@pytest.mark.parametrize("document", NOT_PARSED.values(), ids=NOT_PARSED)
def test_too_long_document_is_not_parsed(document: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("schema.operation.document.parse")
    rejection(document)


@pytest.mark.parametrize("document", NOT_VALIDATED.values(), ids=NOT_VALIDATED)
def test_too_large_selection_is_not_validated(
    document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("schema.operation.document.validate")
    rejection(document)


def test_only_the_first_20_errors_are_returned() -> None:
    errors = errors_of(f"{{ school {{ {times(400, 'x#')} }} }}")
    assert len(errors) == 21
    assert "Too many validation errors" in errors[-1]["message"]


def test_message_with_a_quoted_value_is_short() -> None:
    nested = "[" * 60 + "1.5 " * 1_000 + "]" * 60
    (error, *_) = errors_of(f"{{ nodes(ids: {nested}) {{ id }} }}")
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert len(error["message"]) == 1_003


@pytest.mark.parametrize(
    ("accept", "status"),
    [("application/json", 200), ("application/graphql-response+json", 400)],
)
def test_document_over_a_limit_has_no_data(accept: str, status: int) -> None:
    response = Client().post(
        "/graphql",
        json.dumps({"query": with_root_fields(21)}),
        "application/json",
        headers={"Accept": accept},
    )
    assert response.status_code == status
    assert response["Content-Type"].startswith(accept)
    assert set(response.json()) == {"errors"}
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": 20, "actual": 21}
