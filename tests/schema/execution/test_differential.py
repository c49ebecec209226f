"""The real schema returns the same responses with and without compiled plans."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from primepath.domain.period import Period
from primepath.domain.viewer import Viewer
from primepath.models import Exam, HistoryEntry, SchoolClass, Teacher
from schema.errors import format_errors
from tests.client import run
from tests.factories import make_cell, make_exam
from tests.profiles import examples
from tests.properties.documents import Document, documents
from tests.properties.school import PLANNED_YEARS, VIEWERS, make_school
from tests.schema.execution.both_executors import Response, assert_same, formatted
from tests.schema.execution.real_documents import MUTATIONS, QUERIES

pytestmark = pytest.mark.django_db

Viewers = dict[str, Viewer | None]


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    cache.clear()


@pytest.fixture
def viewers() -> Iterator[Viewers]:
    with override_settings(ACADEMIC_YEARS=PLANNED_YEARS):
        found = make_school()
        _add_unusual_rows()
        yield found


def _add_unusual_rows() -> None:
    """Add data that a school should not have but can have."""
    odd = "\u2028 \U0001f4a9 \"quoted\" \\ <b>'é\u0301' \x7f"
    SchoolClass.objects.filter(pk="PRIMARY_1B").update(name=odd)
    Exam.objects.filter(pk=1).update(instructions=odd, name="\u0130stanbul")
    Teacher.objects.filter(pk=2).update(name="")
    school_class = SchoolClass.objects.get(pk="PRIMARY_1B")
    many = [make_exam(pk=number, name="ab"[number % 2]) for number in range(100, 112)]
    make_cell(school_class, Period.AUG, exams=many, notes=odd, status="COMPLETED")
    make_cell(school_class, Period.SEP, status="DRAFT", notes="\n")
    # The API cannot write these entries, but the database accepts them.
    for key in ("PRIMARY_1A/2026/JAN", "PRIMARY_1A/2026/MAR"):
        HistoryEntry.objects.create(
            at=timezone.now(),
            action="UPDATE_CELL",
            subject="CELL",
            subject_key=key,
            actor_name=odd,
            changes=[("notes", None, 7), ("status", "POSTPONED", None), ("exams", [], [99, 1])],
        )


def responses_of(
    text: str, viewer: Viewer | None, variables: dict[str, Any] | None, may_store: bool
) -> tuple[Response, Response]:
    """Return the answers with compiled plans and without, each from the same school."""
    answers = []
    for compiled in (True, False):
        with rolled_back(), override_settings(COMPILED_EXECUTION=compiled):
            result = run(text, viewer, variables, may_store=may_store)
        errors = result.errors or []
        formatted_errors = format_errors(errors, "test")
        answers.append(
            Response(
                result.data,
                [
                    {**formatted(each), "client": client_error}
                    for each, client_error in zip(errors, formatted_errors, strict=True)
                ],
            )
        )
    compiled_answer, core_answer = answers
    return compiled_answer, core_answer


@pytest.mark.slow
@settings(
    max_examples=examples(100),
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        # The school is only read: each example is rolled back.
        HealthCheck.function_scoped_fixture,
    ],
)
@given(
    document=documents(),
    name=st.sampled_from((*VIEWERS[:3] * 2, *VIEWERS)),
    may_store=st.booleans(),
)
def test_random_document_has_the_same_response_with_and_without_plans(
    viewers: Viewers, document: Document, name: str, may_store: bool
) -> None:
    answers = responses_of(document.text, viewers[name], document.variables, may_store)
    assert_same(*answers, concurrent=True)


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("viewer", ["head", "mixed", "nobody"])
def test_client_document_has_the_same_response_with_and_without_plans(
    viewers: Viewers, name: str, viewer: str
) -> None:
    text, *all_variables = QUERIES[name]
    for variables in all_variables or [{}]:
        answers = responses_of(text, viewers[viewer], variables, may_store=True)
        assert_same(*answers, concurrent=True)


@pytest.mark.parametrize("name", MUTATIONS)
@pytest.mark.parametrize("viewer", ["head", "mixed", "nobody"])
def test_mutations_have_the_same_payloads_with_and_without_plans(
    viewers: Viewers, name: str, viewer: str
) -> None:
    answers = responses_of(MUTATIONS[name], viewers[viewer], {}, may_store=True)
    assert_same(*answers, concurrent=True)
    if viewer == "head":
        assert not answers[0].errors
        assert all(each is not None for each in answers[0].data.values())
