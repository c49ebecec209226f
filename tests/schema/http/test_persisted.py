"""Automatic persisted queries: a hash instead of a document, as Apollo's clients send it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.core.cache import caches
from pytest_django import Settings

from primepath.models import ApiToken
from primepath.services.accounts.tokens import create_token
from tests.factories import make_teacher
from tests.processes import PATIENCE
from tests.redis_server import RedisServer, redis_server
from tests.schema.http.api import GRAPHQL_JSON, JSON, Api, sha256
from tests.server import Server, running_server

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

VIEWER = "{ viewer { username } }"
MINA = {"data": {"viewer": {"username": "mina"}}}
SIGN_OUT = "mutation { signOut { signedOut } }"
ENTRY_BYTES = 200
NO_VERSIONS: list[Any] = [0, 2, -1, 1.0, True, "1", None, [1]]


NO_HASHES: list[Any] = [
    None,
    "",
    1,
    [],
    {},
    "abc",
    sha256(VIEWER)[:-1],
    f"{sha256(VIEWER)}0",
    f"{sha256(VIEWER)}\n",
    sha256(VIEWER).upper(),
    "g" * 64,
    "٣" * 64,
]


def naming(hash: str, **more: Any) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hash, **more}}


class HashApi(Api):
    """A client that sends hashes, documents, or both."""

    def register(self, document: str, method: str = "POST") -> Response:
        return self.send(method, query=document, extensions=naming(sha256(document)))

    def knows(self, document: str) -> bool:
        response = self.post(extensions=naming(sha256(document)))
        return not is_error(response, "PersistedQueryNotFound")


@pytest.fixture
def api(db: None) -> HashApi:
    return HashApi(create_token(user=make_teacher("mina").user, name="Test")[0])


@pytest.fixture
def unauthenticated(db: None) -> HashApi:
    return HashApi()


def is_error(response: Response | httpx.Response, message: str) -> bool:
    return [error["message"] for error in response.json().get("errors", [])] == [message]


def assert_rejected(response: Response, status: int = 400) -> None:
    assert response.status_code == status
    body = response.json()
    assert [error["extensions"] for error in body["errors"]] == [{"code": "BAD_USER_INPUT"}]
    assert set(body) == {"errors"}


@pytest.mark.parametrize("accept", ["*/*", JSON, GRAPHQL_JSON, f"{GRAPHQL_JSON}, {JSON};q=0.9"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_hash_returns_the_error_that_clients_expect(
    api: HashApi, method: str, accept: str
) -> None:
    response = api.send(method, accept=accept, extensions=naming(sha256(VIEWER)))
    assert response.json() == {
        "errors": [
            {
                "message": "PersistedQueryNotFound",
                "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"},
            }
        ]
    }
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("registering", ["GET", "POST"])
@pytest.mark.parametrize("asking", ["GET", "POST"])
def test_registered_document_can_be_requested_by_hash(
    api: HashApi, registering: str, asking: str
) -> None:
    assert api.register(VIEWER, registering).json() == MINA
    for query in {}, {"query": ""}:
        response = api.send(asking, extensions=naming(sha256(VIEWER)), **query)
        assert response.json() == MINA
    if asking == "GET":
        assert response["ETag"]


def test_hash_can_have_variables_and_operation_name(api: HashApi) -> None:
    document = (
        "query A($no: Boolean!) { viewer @skip(if: $no) { username } } query B { __typename }"
    )
    extensions = naming(sha256(document), miss=True)
    for query in {"query": document}, {}:
        for variables, data in ({"no": True}, {}), ({"no": False}, MINA["data"]):
            response = api.post(
                extensions=extensions, variables=variables, operationName="A", **query
            )
            assert response.json() == {"data": data}


def test_hash_of_another_document_is_rejected_and_not_stored(api: HashApi) -> None:
    other = "{ school { name } }"
    for method in "GET", "POST":
        assert_rejected(api.send(method, query=other, extensions=naming(sha256(VIEWER))))
        assert_rejected(api.send(method, query=f"{VIEWER} ", extensions=naming(sha256(VIEWER))))
    assert not api.knows(VIEWER)
    assert not api.knows(other)


@pytest.mark.parametrize(
    "named",
    [
        {},
        [],
        "",
        "x",
        1,
        True,
        {"version": 1},
        {"sha256Hash": sha256(VIEWER)},
        *({"version": version, "sha256Hash": sha256(VIEWER)} for version in NO_VERSIONS),
        *({"version": 1, "sha256Hash": hash} for hash in NO_HASHES),
    ],
    ids=str,
)
def test_invalid_extension_is_rejected(api: HashApi, named: Any) -> None:
    assert api.register(VIEWER).json() == MINA
    for query in {}, {"query": VIEWER}:
        for method in "GET", "POST":
            assert_rejected(api.send(method, extensions={"persistedQuery": named}, **query))


def test_other_extensions_are_ignored(api: HashApi) -> None:
    for extensions in {}, {"persistedQuery": None}, {"other": {"version": 9}}:
        assert api.post(query=VIEWER, extensions=extensions).json() == MINA
        assert_rejected(api.post(extensions=extensions))


def test_document_of_an_unauthenticated_client_is_not_stored(
    api: HashApi, unauthenticated: HashApi
) -> None:
    assert unauthenticated.register(VIEWER).json() == {"data": {"viewer": None}}
    assert not api.knows(VIEWER)
    api.register(VIEWER)
    response = unauthenticated.post(extensions=naming(sha256(VIEWER)))
    assert response.json() == {"data": {"viewer": None}}


@pytest.mark.parametrize(
    "document",
    [
        "{ viewer {",
        "{ nonsense }",
        "{ viewer { username } } { viewer { username } }",
        "query A { __typename } query B { __typename }",
        f"{{ {'viewer ' * 21} {{ username }} }}",
        f"{VIEWER}{' ' * 20_000}",
    ],
    ids=["syntax", "unknown field", "two without names", "no name chosen", "invalid", "too long"],
)
def test_invalid_document_is_not_stored(api: HashApi, document: str) -> None:
    assert api.register(document).json()["errors"]
    assert not api.knows(document)


def test_get_by_hash_never_runs_a_mutation(api: HashApi) -> None:
    for method in "GET", "HEAD":
        assert api.register(SIGN_OUT, "GET").status_code == 405, method
    assert not api.knows(SIGN_OUT)
    ApiToken.objects.update(revoked_at=None)
    document = f"{SIGN_OUT} # again"
    assert api.register(document).json() == {"data": {"signOut": {"signedOut": True}}}
    ApiToken.objects.update(revoked_at=None)
    response = api.get(extensions=naming(sha256(document)))
    assert_rejected(response, 405)
    assert response["Allow"] == "POST"
    assert not ApiToken.objects.exclude(revoked_at=None).exists()


def test_disabled_persisted_queries_return_their_error(api: HashApi, settings: Settings) -> None:
    api.register(VIEWER)
    settings.PERSISTED_QUERIES = False
    for method in "GET", "POST":
        for query in {}, {"query": VIEWER}:
            response = api.send(method, extensions=naming(sha256(VIEWER)), **query)
            assert response.status_code == 200
            assert response.json() == {
                "errors": [
                    {
                        "message": "PersistedQueryNotSupported",
                        "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"},
                    }
                ]
            }
    assert api.post(query=VIEWER).json() == MINA


def test_bytes_stored_per_day_are_limited(
    api: HashApi, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = VIEWER, "{ viewer { username } } # 여섯"
    size = sum(len(each.encode()) + ENTRY_BYTES for each in (first, second))
    settings.PERSISTED_QUERY_BYTES_PER_DAY = size
    for _ in range(3):
        # A document that is stored already does not count again.
        assert api.register(first).json() == MINA
    assert api.register(second).json() == MINA
    assert api.register("{ __typename }").json()["data"]
    assert api.knows(first)
    assert api.knows(second)
    assert not api.knows("{ __typename }")

    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 86_401)
    api.register("{ __typename }")
    assert api.knows("{ __typename }")


def test_document_one_byte_over_the_daily_limit_is_not_stored(
    api: HashApi, settings: Settings
) -> None:
    settings.PERSISTED_QUERY_BYTES_PER_DAY = len(VIEWER) + ENTRY_BYTES - 1
    assert api.register(VIEWER).json() == MINA
    assert not api.knows(VIEWER)


def test_document_expires_after_the_configured_days(
    api: HashApi, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PERSISTED_QUERY_DAYS = 2
    api.register(VIEWER)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 2 * 86_400 - 60)
    assert api.knows(VIEWER)
    monkeypatch.setattr(time, "time", lambda: now() + 2 * 86_400 + 60)
    assert not api.knows(VIEWER)


def test_process_stores_the_most_recently_requested_documents(api: HashApi) -> None:
    cache = caches["persisted_queries"]
    for number in range(3_000):
        cache.set(str(number), "document", None)
    kept = [number for number in range(3_000) if cache.get(str(number))]
    assert len(kept) <= 2_000
    assert kept[-1] == 2_999


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="module")
def servers(
    redis: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Server]]:
    """Two processes that share a Redis server."""
    with (
        running_server(tmp_path_factory.mktemp("one"), REDIS_URL=redis.url) as one,
        running_server(tmp_path_factory.mktemp("other"), REDIS_URL=redis.url) as other,
    ):
        yield one, other


def ask(server: Server, **members: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {server.token}"}
    return httpx.post(f"{server.address}/graphql", json=members, headers=headers, timeout=20)


def test_processes_share_documents_through_redis(servers: tuple[Server, Server]) -> None:
    one, other = servers
    by_hash = naming(sha256(VIEWER))
    assert is_error(ask(one, extensions=by_hash), "PersistedQueryNotFound")
    answer = ask(one, query=VIEWER, extensions=by_hash).json()
    assert answer == {"data": {"viewer": {"username": "head"}}}
    for server in one, other:
        assert ask(server, extensions=by_hash).json() == answer


def test_without_redis_each_process_knows_the_hashes_that_it_has_received(
    servers: tuple[Server, Server], redis: RedisServer
) -> None:
    server, other = servers
    document = "{ viewer { username } school { name } }"
    by_hash = naming(sha256(document))
    assert ask(server, query=document, extensions=by_hash).json()["data"]["viewer"]
    redis.kill()
    try:
        assert is_error(ask(server, extensions=by_hash), "PersistedQueryNotFound")
        assert ask(server, query=document, extensions=by_hash).json()["data"]["viewer"]
        assert ask(server, extensions=by_hash).json()["data"]["viewer"]
        assert is_error(ask(other, extensions=by_hash), "PersistedQueryNotFound")
    finally:
        redis.start()
    with redis.paused():
        assert ask(server, extensions=by_hash).json()["data"]["viewer"]
        assert is_error(ask(other, extensions=by_hash), "PersistedQueryNotFound")
    # Until their probes have found that Redis answers again.
    deadline = time.monotonic() + PATIENCE
    while is_error(ask(other, extensions=by_hash), "PersistedQueryNotFound"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
        assert ask(server, query=document, extensions=by_hash).json()["data"]["viewer"]
