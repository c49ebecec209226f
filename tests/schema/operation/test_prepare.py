"""The checks before an operation runs, and their order."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from primepath.domain.visibility import Visibility
from schema.errors import format_errors
from schema.operation import document
from schema.operation.execute import execute
from schema.operation.prepare import OperationRejectedError, PreparedOperation, prepare
from tests.factories import head_teacher, make_class

TWO = "query A { school { name } } mutation B { signOut { __typename } }"
INTROSPECTION = "{ __schema { queryType { name } } }"


def of(text: str | None, name: str | None = None, **options: Any) -> PreparedOperation:
    return prepare(text, operation_name=name, **{"viewer": None, **options})


def rejection(text: str, **options: Any) -> str:
    """Return the message of the one error with which the operation is rejected."""
    with pytest.raises(OperationRejectedError) as rejected:
        of(text, **options)
    (error,) = format_errors(rejected.value.errors, "test")
    return error["message"]


def test_operation_is_chosen_by_name() -> None:
    query, mutation = of(TWO, "A"), of(TWO, "B")
    assert (query.name, query.type) == ("A", OperationType.QUERY)
    assert (mutation.name, mutation.type) == ("B", OperationType.MUTATION)
    assert query.document is mutation.document


def test_only_operation_needs_no_name() -> None:
    assert of("query A { school { name } }").name == "A"
    assert of("query A { school { name } }", "").name == "A"
    assert of("{ school { name } }").name is None


@pytest.mark.parametrize("name", [None, "", "C"])
def test_name_must_choose_one_operation(name: str | None) -> None:
    with pytest.raises(CannotGetOperationTypeError):
        of(TWO, name)


@pytest.mark.parametrize("text", [None, ""])
def test_text_is_required(text: str | None) -> None:
    with pytest.raises(MissingQueryError):
        of(text)


def test_type_must_be_allowed() -> None:
    with pytest.raises(InvalidOperationTypeError):
        of(TWO, "B", allowed=[OperationType.QUERY])


def test_document_is_checked_before_the_operation_is_chosen() -> None:
    assert "nothing" in rejection("query A { nothing }", name="B")


@override_settings(INTROSPECTION=Visibility.NOBODY, MAX_VARIABLE_VALUES=0)
def test_type_is_checked_before_introspection_and_variables() -> None:
    with pytest.raises(InvalidOperationTypeError):
        of(INTROSPECTION, allowed=[], variables={"a": 1})


@override_settings(INTROSPECTION=Visibility.NOBODY, MAX_VARIABLE_VALUES=0)
def test_introspection_is_checked_before_variables() -> None:
    assert "Introspection is disabled" in rejection(INTROSPECTION, variables={"a": 1})


@override_settings(MAX_VARIABLE_VALUES=0, MAX_ANSWER_VALUES=0)
def test_variables_are_checked_before_the_cost() -> None:
    assert "variables" in rejection("{ school { name } }", variables={"a": 1})
    assert "values" in rejection("{ school { name } }")


@pytest.mark.django_db
def test_prepared_operation_can_be_executed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    make_class("A")
    operation = prepare(
        "{ scheduleMatrix { rows { schoolClass { code } } } }", viewer=head_teacher()
    )
    # Execution does not repeat the checks.
    for name in "load_document", "document_cache":
        monkeypatch.delattr(document, name)
    results = [execute(operation) for _ in range(2)]
    assert [each.errors for each in results] == [None, None]
    assert results[0].data == results[1].data
