"""The document cache."""

from __future__ import annotations

import pytest

from primepath.domain.errors import LimitExceededError
from schema.operation.document import InvalidDocumentError, document_cache, load_document
from schema.operation.document_cache import DocumentCache

pytestmark = pytest.mark.one_database


@pytest.fixture
def cached() -> DocumentCache[int]:
    return DocumentCache(characters=40, probation_characters=20)


def send(cached: DocumentCache[int], text: str) -> bool:
    """Request a document, and return whether it was cached."""
    if cached.get(text) is not None:
        return True
    cached.put(text, len(text))
    return False


def test_document_sent_twice_is_cached(cached: DocumentCache[int]) -> None:
    assert [send(cached, "a document") for _ in range(3)] == [False, True, True]


def test_documents_sent_once_do_not_evict_documents_sent_twice(
    cached: DocumentCache[int],
) -> None:
    for text in ("good one", "good two") * 2:
        send(cached, text)
    for number in range(1_000):
        assert not send(cached, f"random {number:03}")
    assert send(cached, "good one")
    assert send(cached, "good two")


def test_least_recently_used_document_is_evicted_first(cached: DocumentCache[int]) -> None:
    for name in "abcd":
        send(cached, name * 10)
        send(cached, name * 10)
    send(cached, "a" * 10)
    send(cached, "e" * 10)
    send(cached, "e" * 10)
    assert cached.get("b" * 10) is None
    assert cached.get("a" * 10) == 10


def test_cache_is_limited_by_characters(cached: DocumentCache[int]) -> None:
    for number in range(1_000):
        send(cached, "x" * (number % 30))
        send(cached, "x" * (number % 30))
        assert cached.characters <= 60
    send(cached, "y" * 21)
    assert not send(cached, "y" * 21)
    cached.clear()
    assert cached.characters == len(cached) == 0


@pytest.mark.parametrize("document", ["{", "{ nothing }", "{ school { " + "name " * 600 + "} }"])
def test_rejected_document_is_not_cached(document: str) -> None:
    document_cache.clear()
    with pytest.raises((InvalidDocumentError, LimitExceededError)):
        load_document(document)
    assert len(document_cache) == 0


def test_cached_document_is_not_parsed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document_cache.clear()
    first = load_document("{ school { name } }")
    monkeypatch.delattr("schema.operation.document.parse")
    assert load_document("{ school { name } }") is first
