"""Calls of every mutation of the schema with a valid input, each in a school of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from primepath.domain.viewer import Viewer
from primepath.services.accounts.tokens import create_token
from schema.build import schema
from schema.context import Client
from schema.errors import format_errors
from schema.execution.core import graphql_schema
from tests.client import run
from tests.schema.mutations.placeholders import filled
from tests.schema.mutations.school import build_school
from tests.schema.mutations.valid_inputs import (
    PASSWORD,
    VALID_INPUTS,
    document_of,
    make_earlier_change,
)

MUTATIONS: list[str] = list(graphql_schema(schema).mutation_type.fields)  # type: ignore[union-attr]
every_mutation = pytest.mark.parametrize("mutation", MUTATIONS)


class Call:
    """A call of a mutation, in a school of its own that is rolled back."""

    def __init__(self, mutation: str, viewers: dict[str, Viewer]) -> None:
        self.mutation, self.viewers = mutation, viewers
        given = VALID_INPUTS[mutation]
        self.person = viewers[given.person]
        self.viewer = None if mutation == "signIn" else self.person
        self.variables: dict[str, Any] | None = None
        if given.input:
            self.variables = {"input": filled(given.input, viewers[given.person])}
        self.options: dict[str, Any] = {}
        if mutation in {"signOut", "revokeAllApiTokens"}:
            user = User.objects.get(username=given.person)
            self.options["client"] = Client(token_id=create_token(user=user, name="phone")[1].pk)

    def run(self, checkpoint: Callable[[], None] = lambda: None) -> dict[str, Any]:
        result = run(
            document_of(self.mutation),
            self.viewer,
            self.variables,
            checkpoint=checkpoint,
            **self.options,
        )
        return {"data": result.data, "errors": format_errors(result.errors or [], "test")}


def store_viewers() -> dict[str, Viewer]:
    """Store a school for calls of any mutation, and return its viewers."""
    viewers = build_school()
    make_earlier_change(viewers["hana"])
    mina = User.objects.get(username="mina")
    mina.set_password(PASSWORD)
    mina.save()
    return viewers


def make_call(mutation: str) -> Call:
    """Store a school, and return the call in it."""
    return Call(mutation, store_viewers())


@contextmanager
def a_school(mutation: str, viewers: dict[str, Viewer] | None = None) -> Iterator[Call]:
    """Store a school until the block ends. With ``viewers``, use their school, and roll back its changes."""
    with transaction.atomic():
        yield Call(mutation, viewers or store_viewers())
        transaction.set_rollback(True)
