"""A mutation that is sent again with its key is done once, and returns the same objects.

The mutations come from the schema: a new one needs a valid input, and a key.
"""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from strawberry import UNSET

from primepath.models import IdempotencyKey, Teacher, TeacherClassAssignment
from primepath.services.accounts.reset_password import reset_password
from primepath.services.idempotency import KEPT
from schema.build import schema
from schema.execution.core import graphql_schema
from schema.mutations.idempotency import named_change
from tests.factories import as_viewer, head_teacher, make_teacher
from tests.schema.mutations.calls import MUTATIONS, Call, a_school, make_call
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import at
from tests.schema.mutations.locks import wait_for_a_blocked_writer

WITHOUT_KEY = {"signIn", "signOut", "changePassword", "exportSchedule", "revokeAllApiTokens"}
WITH_KEY = [each for each in MUTATIONS if each not in WITHOUT_KEY]
with_key = pytest.mark.parametrize("mutation", WITH_KEY)
# What an import changed is not stored for its retry.
NOT_REPEATED = {"changes"}


def send(call: Call, key: str | None = "key", **input: Any) -> dict[str, Any]:
    """Send the mutation with this key. Return its payload."""
    given = {**(call.variables or {}).get("input", {}), "idempotencyKey": key, **input}
    call.variables = {"input": given}
    response = call.run()
    assert response["errors"] == []
    payload: dict[str, Any] = response["data"][call.mutation]
    return payload


def comparable(value: Any) -> Any:
    """Return the payload without `NOT_REPEATED`."""
    if isinstance(value, dict):
        return {key: comparable(each) for key, each in value.items() if key not in NOT_REPEATED}
    return [comparable(each) for each in value] if isinstance(value, list) else value


def test_every_other_input_has_the_key() -> None:
    core = graphql_schema(schema)
    inputs = {
        name: field.args["input"].type.of_type.fields
        for name, field in core.mutation_type.fields.items()  # type: ignore[union-attr]
        if "input" in field.args
    }
    assert {name for name, fields in inputs.items() if "idempotencyKey" in fields} == set(WITH_KEY)
    assert set(MUTATIONS) - set(inputs) <= WITHOUT_KEY


@pytest.mark.django_db
@with_key
def test_retry_changes_nothing_and_returns_the_same(mutation: str) -> None:
    with a_school(mutation) as call:
        first = send(call)
        before = stored_rows()
        again = send(call)
        assert first["userErrors"] == []
        assert comparable(again) == comparable(first)
        assert stored_rows() == before


@pytest.mark.django_db
@with_key
def test_key_of_another_mutation_changes_nothing(mutation: str) -> None:
    with a_school(mutation) as call:
        send(call)
        other = Call("updateCell" if mutation != "updateCell" else "updateExam", call.viewers)
        other.viewer = call.viewer
        before = stored_rows()
        (error,) = send(other)["userErrors"]
        assert (error["code"], error["field"]) == (
            "IDEMPOTENCY_KEY_REUSED",
            ["input", "idempotencyKey"],
        )
        assert stored_rows() == before


@pytest.mark.django_db
@with_key
def test_refused_input_leaves_the_key_free(mutation: str) -> None:
    with a_school(mutation) as call:
        call.viewer = as_viewer(make_teacher("outsider"))
        if send(call)["userErrors"]:
            assert not IdempotencyKey.objects.exists()
        call.viewer = call.person
        assert send(call)["userErrors"] == []


def test_new_field_with_a_default_leaves_the_digest() -> None:
    """A server of the next version knows the keys of the version before it."""

    @dataclass
    class Now:
        cells: list[str]
        idempotency_key: str | None = None

    @dataclass
    class Next(Now):
        mode: str = "SKIP"
        expected_digest: str | None = None
        notes: Any = UNSET

    viewer = SimpleNamespace(account_id=1)
    info: Any = SimpleNamespace(context=SimpleNamespace(viewer=viewer), field_name="change")
    first = named_change(info, Now(["A"], "key"))
    assert named_change(info, Next(["A"], "key")) == first
    others = {"mode": "MERGE"}, {"expected_digest": "x"}, {"notes": None}, {"notes": ""}
    for given in others:
        assert named_change(info, Next(["A"], "key", **given)) != first


@pytest.mark.django_db
def test_dry_run_stores_nothing() -> None:
    with a_school("assignExams") as call:
        send(call, dryRun=True)
        assert not IdempotencyKey.objects.exists()
        assert send(call, dryRun=False)["changeSetId"]
        # A dry run shows what the change would do now, whatever its key.
        assert send(call, dryRun=True)["changeSetId"] is None


@pytest.mark.django_db
def test_keys_of_users_are_separate() -> None:
    with a_school("createExam") as call:
        first = send(call)
        call.viewer = head_teacher()
        assert send(call)["exam"]["id"] != first["exam"]["id"]


@pytest.mark.django_db
def test_key_is_kept_for_a_day() -> None:
    with a_school("createExam") as call:
        first = send(call)["exam"]["id"]
        now = timezone.now()
        almost = now + KEPT - datetime.timedelta(minutes=1)
        with patch.object(timezone, "now", return_value=almost):
            assert send(call)["exam"]["id"] == first
        with patch.object(timezone, "now", return_value=now + KEPT):
            second = send(call)["exam"]["id"]
            assert second != first
            assert send(call)["exam"]["id"] == second
        assert IdempotencyKey.objects.count() == 1


@pytest.mark.django_db
def test_retry_shows_what_the_viewer_can_see_now() -> None:
    with a_school("updateCell") as call:
        assert send(call)["cell"] is not None
        TeacherClassAssignment.objects.filter(teacher__user=call.person.user_id).delete()
        again = send(call)
        assert again["userErrors"] == []
        assert again["cell"] is None
    for mutation in "importSchedule", "rollOverYear", "denyClassAccessRequest":
        with a_school(mutation) as call:
            send(call)
            Teacher.objects.filter(user=call.person.user_id).update(is_head_teacher=False)
            call.viewer = as_viewer(User.objects.get(username="hana"))
            payload = send(call)
            shown = {key: each for key, each in payload.items() if key != "changeSetId"}
            assert not any(shown.values()), shown


@pytest.mark.django_db
def test_key_inside_of_several_changes_is_refused() -> None:
    with a_school("updateCells") as call:
        change = {"cell": at("A"), "notes": "A pen", "idempotencyKey": "key"}
        call.variables = {"input": {"changes": [change]}}
        (error,) = call.run()["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert "idempotencyKey" in error["message"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="SQLite has one writer at a time, and its test database one connection.",
)
@with_key
def test_retry_waits_for_the_first_request(mutation: str) -> None:
    call = make_call(mutation)

    def retry() -> dict[str, Any]:
        try:
            return send(call)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = send(call)
            waiting = pool.submit(retry)
            wait_for_a_blocked_writer()
        assert comparable(waiting.result(20)) == comparable(first)
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.django_db
def test_retry_of_an_invitation_does_not_return_the_link_of_another_person() -> None:
    with a_school("inviteTeacher") as call:
        first = send(call)
        teacher = Teacher.objects.get(user__username="sora")
        User.objects.filter(pk=teacher.user_id).update(is_staff=True)
        root = as_viewer(User.objects.create(username="root", is_staff=True, is_superuser=True))
        secret = reset_password(viewer=root, teacher_id=teacher.pk).secret
        again = send(call)
        assert first["invitationUrl"]
        assert (again["teacher"], again["invitationUrl"]) == (first["teacher"], None)
        assert secret not in str(again)
