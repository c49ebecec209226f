"""Registered documents by their id, and servers that run nothing else."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import caches
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from primepath.models import ApiToken, TrustedDocument
from primepath.pages.matrix import queries
from primepath.server.admission.kinds import Kind
from primepath.services.accounts.tokens import create_token
from primepath.services.documents.register_documents import (
    DocumentToRegister,
    register_documents,
    remove_documents,
)
from schema.http.admission import kind_of_operation
from tests.factories import make_teacher
from tests.schema.http.api import GRAPHQL_JSON, JSON, Api, sha256

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

VIEWER = "query Me { viewer { username } }"
TWO = "query One { school { name } } query Two { viewer { username } }"
SIGN_OUT = "mutation SignOut { signOut { signedOut } }"
SIGN_IN = (
    'mutation SignIn { signIn(input: {username: "x", password: "y"}) { userErrors { code } } }'
)
MINA = {"data": {"viewer": {"username": "mina"}}}
NOT_REGISTERED = "{ viewer { username } }"


def by_hash(document: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(document)}}}


@pytest.fixture
def api(db: None) -> Api:
    return Api(create_token(user=make_teacher("mina").user, name="Test")[0])


@pytest.fixture
def documents(db: None) -> None:
    register(me=VIEWER, two=TWO, out=SIGN_OUT, enter=SIGN_IN)


@pytest.fixture
def trusted_only(settings: Settings, documents: None) -> None:
    settings.TRUSTED_DOCUMENTS_ONLY = True


def register(**texts: str) -> None:
    register_documents(
        [DocumentToRegister(id, text, id) for id, text in texts.items()], replace=True
    )


def codes(response: Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json().get("errors", [])]


def assert_refused(response: Response, status: int = 200) -> None:
    assert codes(response) == ["DOCUMENT_NOT_TRUSTED"]
    assert response.status_code == status
    assert "data" not in response.json()
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("only", [False, True])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_document_runs_by_its_id_or_digest(
    api: Api, documents: None, settings: Settings, method: str, only: bool
) -> None:
    settings.TRUSTED_DOCUMENTS_ONLY = only
    for id in "me", sha256(VIEWER), f"sha256:{sha256(VIEWER)}":
        for query in {}, {"query": ""}:
            response = api.send(method, documentId=id, **query)
            assert response.json() == MINA
    assert api.send(method, **by_hash(VIEWER)).json() == MINA
    if method == "GET":
        assert response["ETag"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_id_can_have_operation_name_and_variables(api: Api, documents: None, method: str) -> None:
    assert api.send(method, documentId="two", operationName="Two").json() == MINA
    assert codes(api.send(method, documentId="two")) == ["BAD_USER_INPUT"]
    assert codes(api.send(method, documentId="two", operationName="Me")) == ["BAD_USER_INPUT"]
    register(skip="query ($no: Boolean!) { viewer @skip(if: $no) { username } }")
    response = api.send(method, documentId="skip", variables={"no": True})
    assert response.json() == {"data": {}}


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("id", ["other", sha256(VIEWER).upper(), "sha256:me", "a\0", "x" * 5_000])
def test_unknown_id_is_not_found(
    api: Api, documents: None, method: str, accept: str, id: str
) -> None:
    response = api.send(method, documentId=id, accept=accept)
    assert codes(response) == ["PERSISTED_QUERY_NOT_FOUND"]
    assert response.status_code == (200 if accept == JSON else 400)
    assert len(response.content) < 400


@pytest.mark.parametrize("only", [False, True])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_request_has_one_document(
    api: Api, documents: None, settings: Settings, method: str, only: bool
) -> None:
    settings.TRUSTED_DOCUMENTS_ONLY = only
    for more in {"query": VIEWER}, {"query": NOT_REGISTERED}, by_hash(VIEWER):
        response = api.send(method, documentId="me", **more)
        assert (response.status_code, codes(response)) == (400, ["BAD_USER_INPUT"])


@pytest.mark.parametrize("id", [1, True, [], {}, ["me"]])
def test_id_must_be_text(api: Api, documents: None, id: Any) -> None:
    response = api.post(documentId=id)
    assert (response.status_code, codes(response)) == (400, ["BAD_USER_INPUT"])


@pytest.mark.parametrize("only", [False, True])
def test_get_never_runs_a_registered_mutation(
    api: Api, documents: None, settings: Settings, only: bool
) -> None:
    settings.TRUSTED_DOCUMENTS_ONLY = only
    assert api.get(documentId="out").status_code == 405
    assert not ApiToken.objects.exclude(revoked_at=None).exists()
    assert api.post(documentId="out").json() == {"data": {"signOut": {"signedOut": True}}}


def test_known_document_takes_no_statement(
    api: Api, documents: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.post(documentId="me")
    with django_assert_num_queries(1):
        assert api.post(documentId="me").json() == MINA


def test_change_is_seen_by_others_within_seconds(
    api: Api, documents: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The state of the database is unknown in the transaction of this test, as for an anonymous request.
    school = {"data": {"school": {"name": "PrimePath Academy"}}}
    assert api.post(documentId="me").json() == MINA
    register(me="{ school { name } }")
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + 6)
    assert api.post(documentId="me").json() == school
    remove_documents(["me"])
    assert TrustedDocument.objects.count() == 3
    monkeypatch.setattr(time, "monotonic", lambda: now() + 12)
    assert codes(api.post(documentId="me")) == ["PERSISTED_QUERY_NOT_FOUND"]
    # A new registration is seen immediately.
    register(me=VIEWER)
    assert api.post(documentId="me").json() == MINA


def test_registered_document_is_found_without_persisted_queries(
    api: Api, documents: None, settings: Settings
) -> None:
    settings.PERSISTED_QUERIES = False
    assert api.post(**by_hash(VIEWER)).json() == MINA
    assert codes(api.post(**by_hash(NOT_REGISTERED))) == ["PERSISTED_QUERY_NOT_SUPPORTED"]


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("sender", ["signed in", "anonymous"])
def test_other_documents_are_refused(
    api: Api, trusted_only: None, method: str, accept: str, sender: str
) -> None:
    caller = api if sender == "signed in" else Api()
    status = 200 if accept == JSON else 400
    for document in (
        NOT_REGISTERED,
        f"{VIEWER} ",
        f"#\n{VIEWER}",
        VIEWER.replace("{", "{ __typename ", 1),
        "{ __typename }",
        "{ __schema { queryType { name } } }",
        "nonsense",
        "{",
        "{ a" * 10_000,
    ):
        assert_refused(caller.send(method, query=document, accept=accept), status)
    for more in (
        {"documentId": "other"},
        by_hash(NOT_REGISTERED),
        {"query": NOT_REGISTERED, **by_hash(NOT_REGISTERED)},
    ):
        assert_refused(caller.send(method, accept=accept, **more), status)


def test_registered_text_runs_when_only_registered_documents_do(
    api: Api, trusted_only: None
) -> None:
    assert api.post(query=VIEWER).json() == MINA
    assert api.get(query=VIEWER).json() == MINA
    assert api.post(query=VIEWER, **by_hash(VIEWER)).json() == MINA
    assert codes(api.post()) == ["BAD_USER_INPUT"]


def test_nothing_is_stored_when_only_registered_documents_run(
    api: Api, trusted_only: None, settings: Settings
) -> None:
    api.post(query=NOT_REGISTERED, **by_hash(NOT_REGISTERED))
    api.post(query=VIEWER, **by_hash(VIEWER))
    for document in NOT_REGISTERED, VIEWER:
        assert caches["persisted_queries"].get(sha256(document)) is None


def test_persisted_query_of_earlier_days_is_refused(
    api: Api, documents: None, settings: Settings
) -> None:
    assert api.post(query=NOT_REGISTERED, **by_hash(NOT_REGISTERED)).json() == MINA
    assert api.post(**by_hash(NOT_REGISTERED)).json() == MINA
    settings.TRUSTED_DOCUMENTS_ONLY = True
    assert_refused(api.post(**by_hash(NOT_REGISTERED)))


def test_batched_and_malformed_requests_are_refused(api: Api, trusted_only: None) -> None:
    for body in ([{"documentId": "me"}], [{"query": NOT_REGISTERED}], None, 3, "me"):
        response = Client().post("/graphql", json.dumps(body), content_type=JSON)
        assert (response.status_code, codes(response)) == (400, ["BAD_USER_INPUT"])
    response = Client().post("/graphql", {"query": NOT_REGISTERED}, headers={"Accept": JSON})
    assert response.status_code == 415
    # The last of two equal members counts, whichever that is.
    twice = f'{{"query": {json.dumps(VIEWER)}, "query": {json.dumps(NOT_REGISTERED)}}}'
    assert_refused(Client().post("/graphql", twice, content_type=JSON))
    assert_refused(Client().get("/graphql", query_params={"query": [VIEWER, NOT_REGISTERED]}))


def test_removed_document_is_refused(
    api: Api, trusted_only: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert api.post(documentId="me").json() == MINA
    remove_documents(["me"])
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + 6)
    assert_refused(api.post(documentId="me"))
    assert_refused(api.post(query=VIEWER))


def test_documents_of_the_pages_are_trusted(api: Api, trusted_only: None) -> None:
    TrustedDocument.objects.all().delete()
    assert len(queries()) > 10
    for name, document in queries().items():
        for request in {"query": document}, {"documentId": sha256(document)}:
            assert "DOCUMENT_NOT_TRUSTED" not in codes(api.post(**request)), name


def test_explorer_is_off_when_only_registered_documents_run(
    trusted_only: None, settings: Settings
) -> None:
    for visibility in settings.EXPLORER, "everyone":
        settings.EXPLORER = visibility
        response = Client().get("/graphql", headers={"Accept": "text/html"})
        assert response.status_code == 403
        assert "This server runs registered documents only" in response.text
        assert "graphiql" not in response.text


@pytest.mark.parametrize(
    ("id", "kind"), [("me", Kind.READ), ("out", Kind.WRITE), ("enter", Kind.PASSWORD)]
)
def test_kind_of_a_registered_document_is_known_later(
    api: Api, documents: None, id: str, kind: Kind
) -> None:
    for sender in api, Api():
        sender.post(documentId=id)
        body = json.dumps({"variables": {"documentId": "me"}, "documentId": id}).encode()
        assert kind_of_operation("POST", body) is kind
        assert kind_of_operation("GET", b"") is Kind.READ
