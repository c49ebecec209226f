"""A mutation that was saved, and its payload that cannot be read: it is saved once, and the errors report that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from primepath.domain.errors import TimeLimitExceededError
from primepath.domain.viewer import Viewer
from primepath.models import ApiToken, CalendarFeed, HistoryEntry, StoredFile
from primepath.server.time_limit import TimeLimit
from schema.errors import format_errors
from schema.execution.response_size import ResponseSize, ResponseTooLargeError
from tests.client import run
from tests.schema.mutations.calls import MUTATIONS, a_school, every_mutation, store_viewers
from tests.schema.mutations.valid_inputs import (
    EARLIER,
    VALID_INPUTS,
    WITHOUT_CHANGE_SET,
)
from tests.stored_once import StoreOnce

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

READING = [each for each in MUTATIONS if VALID_INPUTS[each].reads]


@pytest.fixture(scope="module")
def viewers(store_once: StoreOnce) -> dict[str, Viewer]:
    """The viewers of a school that is stored once. The tests call mutations in it more than 400 times."""
    return store_once(store_viewers)


class ClientHasLeftError(Exception):
    """The HTTP layer ends an operation without a client with an exception like this."""


def changes() -> tuple[int, ...]:
    """Return what every mutation changes: how many history entries, tokens, calendar feeds and files are stored.

    Tokens and feeds are counted twice: all of them, and the usable ones.
    """
    tokens, feeds = ApiToken.objects.all(), CalendarFeed.objects.all()
    return (
        HistoryEntry.objects.count(),
        tokens.count(),
        tokens.filter(revoked_at=None).count(),
        feeds.count(),
        feeds.filter(revoked_at=None).count(),
        StoredFile.objects.count(),
    )


def change_set_ids() -> list[str]:
    """Return the public ids of the recorded change sets after the earlier one, in the order of the entries."""
    entries = HistoryEntry.objects.exclude(change_set=EARLIER).order_by("pk")
    recorded = entries.values_list("change_set", flat=True)
    return [f"ChangeSet:{each.hex}" for each in recorded if each is not None]


def assert_errors_say_that_it_is_saved(response: dict[str, Any], mutation: str) -> None:
    # Sign-ins, feeds and exports are not recorded.
    ids: set[str | None] = {*change_set_ids()} or {None}
    assert len(ids) == 1
    for error in response["errors"]:
        assert error["path"][0] == mutation
        assert error["extensions"]["saved"] is True
        assert {error["extensions"].get("changeSetId")} == ids


@every_mutation
def test_success_returns_the_change_set(
    mutation: str, viewers: dict[str, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(VALID_INPUTS) == set(MUTATIONS)
    with a_school(mutation, viewers) as call:
        before = changes()
        response = call.run()
        assert response["errors"] == []
        payload = response["data"][mutation]
        assert payload["userErrors"] == []
        assert changes() != before
        if "changeSetId" in payload:
            assert {payload["changeSetId"]} == set(change_set_ids())
        else:
            assert mutation in WITHOUT_CHANGE_SET


@every_mutation
def test_time_is_up_at_any_moment(
    mutation: str, viewers: dict[str, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    saved_with_errors = 0
    with a_school(mutation, viewers) as call:
        before = changes()
        call.run()
        after = changes()
    for batches in range(30):
        with a_school(mutation, viewers) as call:
            left = batches

            def checkpoint() -> None:
                nonlocal left
                left -= 1
                if left < 0:
                    raise TimeLimitExceededError("too late")

            response = call.run(checkpoint)
            assert changes() in {before, after}
            if changes() == after:
                assert_errors_say_that_it_is_saved(response, mutation)
                saved_with_errors += bool(response["errors"])
            else:
                assert response["data"][mutation] is None
                assert [each["extensions"] for each in response["errors"]] == [{"code": "TIMEOUT"}]
            if left > 0:
                break
    else:
        pytest.fail("The operation does not end.")
    assert bool(saved_with_errors) == VALID_INPUTS[mutation].reads


@contextmanager
def after_the_commit(monkeypatch: pytest.MonkeyPatch, fail: Callable[[], None]) -> Iterator[None]:
    """Call ``fail`` before each statement that follows the commit of the mutation."""
    saved: list[bool] = []
    monkeypatch.setattr(TimeLimit, "allow_for_payload", lambda _: saved.append(True))

    def wrapper(execute: Callable[..., Any], *args: Any) -> Any:
        if saved:
            fail()
        return execute(*args)

    with connection.execute_wrapper(wrapper):
        yield
    assert saved


@pytest.mark.parametrize("mutation", READING)
def test_exception_in_a_batch_of_the_payload(
    mutation: str, viewers: dict[str, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("A fault of the program")

    with a_school(mutation, viewers) as call:
        with after_the_commit(monkeypatch, fail):
            response = call.run()
        assert response["errors"]
        assert {each["extensions"]["code"] for each in response["errors"]} == {"INTERNAL"}
        assert "fault" not in str(response)
        assert_errors_say_that_it_is_saved(response, mutation)


@pytest.mark.parametrize("mutation", READING)
@pytest.mark.parametrize("compiled", [True, False])
def test_payload_that_exceeds_the_limit_of_values(
    mutation: str,
    compiled: bool,
    viewers: dict[str, Viewer],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.COMPILED_EXECUTION = compiled
    add = ResponseSize.add

    def refuse(size: ResponseSize, values: float, *, refuse: bool = True) -> None:
        add(size, values, refuse=refuse)
        if refuse:
            raise ResponseTooLargeError("Too many values.", limit=0)

    with a_school(mutation, viewers) as call:
        monkeypatch.setattr(ResponseSize, "add", refuse)
        before = changes()
        response = call.run()
        assert changes() != before
        assert response["errors"]
        assert {each["extensions"]["code"] for each in response["errors"]} == {"LIMIT_EXCEEDED"}
        assert_errors_say_that_it_is_saved(response, mutation)


@every_mutation
def test_client_that_leaves_at_any_moment(
    mutation: str, viewers: dict[str, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_school(mutation, viewers) as call:
        before = changes()
        call.run()
        after = changes()
    seen = set()
    for batches in range(30):
        with a_school(mutation, viewers) as call:
            left = batches

            def checkpoint() -> None:
                nonlocal left
                left -= 1
                if left < 0:
                    raise ClientHasLeftError

            try:
                call.run(checkpoint)
            except ClientHasLeftError:
                assert changes() in {before, after}
                seen.add(changes())
            else:
                break
    else:
        pytest.fail("The operation does not end.")
    assert seen == ({before, after} if VALID_INPUTS[mutation].reads else {before})


def test_refused_mutation_is_not_saved(
    viewers: dict[str, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error in the payload of a refused mutation has no mark."""
    with a_school("updateCell", viewers) as call:
        assert call.variables is not None
        assert call.variables["input"] is not None
        call.variables["input"]["expectedVersion"] = 7
        left = 2

        def checkpoint() -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise TimeLimitExceededError("too late")

        response = call.run(checkpoint)
        assert [each["extensions"] for each in response["errors"]] == [{"code": "TIMEOUT"}]
        assert (
            response["data"]["updateCell"] is None or response["data"]["updateCell"]["userErrors"]
        )


@pytest.mark.parametrize("batches", range(8))
def test_each_mutation_of_a_request_is_marked_with_its_own_change_set(
    batches: int, viewers: dict[str, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_school("updateCell", viewers) as call:
        one = 'updateCell(input: {cell: {id: "MatrixCell:A/2026/JAN"}, notes: "%s"}) { cell { notes } }'
        document = f"mutation {{ first: {one % 1} second: {one % 2} }}"
        left = batches

        def checkpoint() -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise TimeLimitExceededError("too late")

        result = run(document, call.viewer, checkpoint=checkpoint)
        saved = dict(zip(("first", "second"), change_set_ids(), strict=False))
        for error in format_errors(result.errors or [], "test"):
            name = error["path"][0]
            assert error["extensions"].get("changeSetId") == saved.get(str(name))
            assert error["extensions"].get("saved", False) == (name in saved)
