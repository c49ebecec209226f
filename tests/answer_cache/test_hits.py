"""Answers that are sent again: one statement, and the same response as without the cache."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import pytest

from tests.answer_cache.servers import Response, Servers
from tests.log_lines import REQUESTS, log_lines, request_facts, wait_for_requests

MATRIX = """query Matrix($codes: [String!]) { scheduleMatrix(classCodes: $codes) { rows {
  schoolClass { code name } accessLevel curriculum { label } cells { id status exams { name } } } } }"""


def fresh(query: str = MATRIX) -> str:
    """Return a document that no test has sent."""
    return f"# {uuid.uuid4()}\n{query}"


def ask_twice(servers: Servers, query: str, **options: Any) -> Response:
    """Ask the server with the cache twice. Check that the second answer is a hit, and the same as without the cache."""
    first = servers.cached.ask(query, **options)
    hits = servers.cached.answers()["hit"]
    second = servers.cached.ask(query, **options)
    assert servers.cached.answers()["hit"] == hits + 1
    assert servers.cached.statements() == 1
    assert second == first == servers.uncached.ask(query, **options)
    return second


def is_hit(servers: Servers, query: str, **options: Any) -> bool:
    """Ask the server with the cache. Check that the answer is the same as without it. Return whether it was a hit."""
    hits = servers.cached.answers()["hit"]
    answer = servers.cached.ask(query, **options)
    assert answer == servers.uncached.ask(query, **options)
    return servers.cached.answers()["hit"] == hits + 1


@pytest.mark.parametrize("method", ["POST", "GET", "HEAD"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_second_answer_takes_one_statement(servers: Servers, method: str, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    answer = ask_twice(
        servers, fresh(), method=method, headers=headers, token=servers.tokens["head"]
    )
    assert answer.status == 200
    assert ("content-encoding" in answer.headers) is (encoding == "gzip")
    assert (b"PRIMARY" in answer.content) is (method != "HEAD")


def test_one_answer_is_sent_in_both_forms(servers: Servers) -> None:
    query, token = fresh(), servers.tokens["head"]
    for encoding in ("gzip", "identity", "gzip"):
        servers.cached.ask(query, token=token, headers={"Accept-Encoding": encoding})
        assert is_hit(servers, query, token=token, headers={"Accept-Encoding": "identity"})
        assert is_hit(servers, query, token=token, headers={"Accept-Encoding": "gzip"})


def test_client_that_has_the_answer_gets_304(servers: Servers) -> None:
    query, token = fresh(), servers.tokens["head"]
    first = servers.cached.ask(query, method="GET", token=token)
    etag = first.headers["etag"]
    for condition, status in ((etag, 304), (f'"x", {etag}', 304), ("*", 304), ('"x"', 200)):
        headers = {"If-None-Match": condition}
        assert is_hit(servers, query, method="GET", token=token, headers=headers)
        answer = servers.cached.ask(query, method="GET", token=token, headers=headers)
        assert answer.status == status
        assert servers.cached.statements() == 1


def test_answer_of_which_the_client_had_an_older_copy_is_kept(servers: Servers) -> None:
    query, token = fresh(), servers.tokens["head"]
    etag = servers.uncached.ask(query, method="GET", token=token).headers["etag"]
    assert not is_hit(servers, query, method="GET", token=token, headers={"If-None-Match": etag})
    assert is_hit(servers, query, method="GET", token=token)


def test_hit_is_counted_as_an_operation(servers: Servers) -> None:
    query, token = fresh("query Counted { viewer { username } }"), servers.tokens["teacher"]
    servers.cached.ask(query, token=token)
    before = servers.cached.metrics("Counted")
    for _ in range(3):
        assert is_hit(servers, query, token=token)
    after = servers.cached.metrics("Counted")
    growth = {name: after[name] - before[name] for name in after if "bucket" not in name}
    assert growth.pop('primepath_operation_seconds_sum{operation="Counted"}') > 0
    assert growth == {
        'primepath_operations_total{operation="Counted",outcome="ok"}': 3,
        'primepath_operation_seconds_count{operation="Counted"}': 3,
        'primepath_operation_statements_total{operation="Counted"}': 3,
    } | {name: 0 for name in growth if growth[name] == 0}


def test_line_in_the_log_is_that_of_a_miss(servers: Servers) -> None:
    query = fresh()
    for _ in range(2):
        servers.cached.ask(query, token=servers.tokens["teacher"])
    wait_for_requests(servers.cached.log, servers.cached.last_id)
    *_, miss, hit = log_lines(servers.cached.log, REQUESTS)
    varying = {"ms", "queue_ms", "request_id", "statements", "cells", "time", "bytes"}
    assert {key: value for key, value in hit.items() if key not in varying} == {
        key: value for key, value in miss.items() if key not in varying
    }
    assert hit["statements"] == 1
    assert {"operation", "document", "user"} <= hit.keys()


def test_each_answer_has_the_request_id_of_its_own_line_in_the_log(servers: Servers) -> None:
    body = {"query": fresh()}
    headers = {"Authorization": f"Bearer {servers.tokens['teacher']}"}
    hits = servers.cached.answers()["hit"]
    ids = [
        servers.cached.client.post("/graphql", json=body, headers=headers).headers["x-request-id"]
        for _ in range(3)
    ]
    assert servers.cached.answers()["hit"] == hits + 2
    assert len(set(ids)) == 3
    facts = request_facts(servers.cached.log, *ids)
    assert [each for each in facts if each in ids] == ids


@pytest.mark.parametrize(
    "change",
    [
        {"token": "teacher"},
        {"variables": {"codes": ["PRIMARY_1A"]}},
        {"operationName": "Matrix"},
        {"headers": {"Accept": "application/graphql-response+json"}},
        {"headers": {"Accept-Language": "ko"}},
        {"headers": {"Origin": "https://elsewhere.example"}},
        {"headers": {"Host": "localhost"}},
        {"headers": {"X-Forwarded-Proto": "https"}},
        {"method": "GET"},
        {"extensions": {"a": 1}},
    ],
)
def test_other_request_is_no_hit(servers: Servers, change: dict[str, Any]) -> None:
    query = fresh()
    usual = {"token": "head", "variables": {"codes": ["PRIMARY_1A", "PRIMARY_1B"]}}

    def ask(options: dict[str, Any]) -> bool:
        return is_hit(servers, query, **{**options, "token": servers.tokens[options["token"]]})

    assert not ask(usual)
    assert ask(usual)
    assert not ask({**usual, **change})


def test_anonymous_request_never_gets_a_kept_answer(servers: Servers) -> None:
    query = fresh()
    ask_twice(servers, query, token=servers.tokens["head"])
    assert not is_hit(servers, query)
    assert not is_hit(servers, query, token="ppt_wrong")


@pytest.mark.parametrize(
    "query",
    [
        "{ matrixCell(id: 3) { id } }",
        '{ scheduleMatrix(changesAfter: "x") { academicYear } }',
        "{ scheduleMatrix { rows { schoolClass { nothing } } } }",
        'mutation { updateCell(input: {id: "x"}) { cell { id } } }',
        "subscription { cells { id } }",
        "{",
    ],
)
def test_errors_and_mutations_are_never_kept(servers: Servers, query: str) -> None:
    for _ in range(3):
        assert not is_hit(servers, query, token=servers.tokens["head"])


def test_answer_that_stores_cells_is_not_kept(servers: Servers) -> None:
    query = fresh("{ scheduleMatrix(academicYear: 2031) { rows { cells { id status } } } }")
    token = servers.tokens["head"]
    servers.cached.ask(query, token=token)
    # They are stored now, so the next one can be kept.
    assert not is_hit(servers, query, token=token)
    assert is_hit(servers, query, token=token)


def test_persisted_document_is_answered_by_its_hash(servers: Servers) -> None:
    query, token = fresh(), servers.tokens["head"]
    named = {
        "persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(query.encode()).hexdigest()}
    }
    for server in (servers.cached, servers.uncached):
        server.ask(query, token=token, extensions=named)
    # With its document, each request runs: it also stores the document.
    assert not is_hit(servers, query, token=token, extensions=named)
    ask_twice(servers, "", token=token, extensions=named)
