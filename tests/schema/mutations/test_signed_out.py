"""Mutations without signing in."""

from __future__ import annotations

import pytest

from tests.client import answer, error_codes
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import MUTATIONS, document
from tests.schema.mutations.invalid_inputs import INVALID_INPUTS
from tests.schema.mutations.school import build_school
from tests.stored_once import StoreOnce

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _school(store_once: StoreOnce) -> None:
    store_once(build_school)


@pytest.mark.usefixtures("_school")
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_mutations_require_sign_in(mutation: str) -> None:
    before = stored_rows()
    input = next(each.input for each in INVALID_INPUTS if each.mutation == mutation)
    response = answer(document(mutation), None, {"input": input})
    assert response["data"] == {mutation: None}
    assert error_codes(response) == {mutation: "UNAUTHENTICATED"}
    assert stored_rows() == before
