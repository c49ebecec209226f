"""A kept answer is never sent to a reader of another language."""

from __future__ import annotations

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import httpx
import pytest

from tests.answer_cache.servers import Servers
from tests.answer_cache.test_hits import fresh, is_hit
from tests.processes import PATIENCE

HOLIDAY = '{ holidays(from: "2026-12-25", to: "2026-12-25") { name } school { name } }'
NAMES = {"en": "Christmas Day", "ko": "성탄절"}
# Headers that ask for a language.
ASKED: dict[str, dict[str, str]] = {
    "en": {"Accept-Language": "en-GB,en;q=0.9"},
    "ko": {"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"},
}


def _check(content: bytes, headers: Any, language: str) -> None:
    assert NAMES[language] in content.decode()
    assert headers["content-language"] == language
    assert "Accept-Language" in headers["vary"]


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("first", ["en", "ko"])
def test_each_language_has_its_own_answer(servers: Servers, method: str, first: str) -> None:
    query, token = fresh(HOLIDAY), servers.tokens["head"]
    second = "en" if first == "ko" else "ko"
    tags = {}
    for language in (first, second):
        options: Any = {"method": method, "token": token, "headers": ASKED[language]}
        assert not is_hit(servers, query, **options)
        for _ in range(2):
            assert is_hit(servers, query, **options)
            answer = servers.cached.ask(query, **options)
            _check(answer.content, answer.headers, language)
        tags[language] = answer.headers.get("etag")
    if method == "GET":
        assert tags["en"] != tags["ko"]
        # The copy of the other language is not current in this one.
        headers = {**ASKED[first], "If-None-Match": tags[second]}
        assert servers.cached.ask(query, method="GET", token=token, headers=headers).status == 200


def test_persisted_query_has_an_answer_in_each_language(servers: Servers) -> None:
    import hashlib

    query, token = fresh(HOLIDAY), servers.tokens["head"]
    sha = hashlib.sha256(query.encode()).hexdigest()
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": sha}}
    servers.cached.ask(query, token=token, extensions=extensions)
    for language in ("ko", "en", "ko", "en"):
        response = servers.cached.client.post(
            "/graphql",
            json={"extensions": extensions},
            headers={"Authorization": f"Bearer {token}", **ASKED[language]},
        )
        _check(response.content, response.headers, language)


def test_equal_requests_at_the_same_time_do_not_share_an_answer(servers: Servers) -> None:
    """A request waits for an equal one. Requests in two languages are not equal."""
    token = servers.tokens["head"]
    address = str(servers.cached.client.base_url)

    def ask(number: int, language: str) -> None:
        headers = {"Authorization": f"Bearer {token}", **ASKED[language]}
        with httpx.Client(base_url=address, timeout=PATIENCE, headers=headers) as client:
            for query in queries:
                response = client.post("/graphql", json={"query": query})
                assert response.status_code == 200, number
                _check(response.content, response.headers, language)

    queries = [fresh(HOLIDAY) for _ in range(15)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda each: ask(*each), product(range(2), ("en", "ko"))))


def test_choice_of_the_user_ends_answers_without_a_language(servers: Servers) -> None:
    query, token = fresh(HOLIDAY), servers.tokens["head"]
    assert not is_hit(servers, query, token=token)
    assert is_hit(servers, query, token=token)
    ((user_id,),) = servers.sql("SELECT user_id FROM primepath_teacher WHERE is_head_teacher")[:1]
    for language in ("ko", "en"):
        servers.sql("DELETE FROM primepath_accountpreferences WHERE user_id = %s", user_id)
        servers.sql(
            "INSERT INTO primepath_accountpreferences (user_id, language) VALUES (%s, %s)",
            user_id,
            language,
        )
        for _ in range(2):
            answer = servers.cached.ask(query, token=token)
            _check(answer.content, answer.headers, language)
        # A request that names a language gets it all the same.
        answer = servers.cached.ask(query, token=token, headers=ASKED["en"])
        _check(answer.content, answer.headers, "en")
    servers.sql("DELETE FROM primepath_accountpreferences WHERE user_id = %s", user_id)


def test_cookie_decides_before_the_header(servers: Servers) -> None:
    query, token = fresh(HOLIDAY), servers.tokens["head"]
    for language, header in (("ko", "en"), ("en", "ko"), ("ko", "en")):
        cookie = {"Cookie": f"primepath_language={language}", **ASKED[header]}
        answer = servers.cached.ask(query, token=token, headers=cookie)
        _check(answer.content, answer.headers, language)


def test_rejected_documents_are_explained_in_each_language(servers: Servers) -> None:
    """Prepared documents are kept by their text. What is wrong with a document is not kept with it."""
    token = servers.tokens["head"]
    query = f"# {uuid.uuid4()}\nquery A {{ school {{ name }} }} query B {{ school {{ name }} }}"
    for language in ("en", "ko", "ko", "en"):
        answer = servers.cached.ask(query, token=token, headers=ASKED[language])
        is_korean = re.search("[가-힣]", answer.content.decode()) is not None
        assert is_korean is (language == "ko")
