"""The document cache."""

from __future__ import annotations

import pytest

from primepath.domain.errors import LimitExceededError
from schema.operation.document import InvalidDocumentError, document_cache, load_document
from schema.operation.document_cache import DocumentCache


@pytest.fixture
def kept() -> DocumentCache[int]:
    return DocumentCache(characters=40, probation_characters=20)


def send(kept: DocumentCache[int], text: str) -> bool:
    """Request a document, and return whether it was cached."""
    if kept.get(text) is not None:
        return True
    kept.put(text, len(text))
    return False


def test_a_document_that_is_sent_again_is_kept(kept: DocumentCache[int]) -> None:
    assert [send(kept, "a document") for _ in range(3)] == [False, True, True]


def test_documents_that_nobody_sends_twice_do_not_push_out_those_that_are(
    kept: DocumentCache[int],
) -> None:
    for text in ("good one", "good two") * 2:
        send(kept, text)
    for number in range(1_000):
        assert not send(kept, f"random {number:03}")
    assert send(kept, "good one")
    assert send(kept, "good two")


def test_the_document_that_was_used_least_recently_leaves_first(kept: DocumentCache[int]) -> None:
    for name in "abcd":
        send(kept, name * 10)
        send(kept, name * 10)
    send(kept, "a" * 10)
    send(kept, "e" * 10)
    send(kept, "e" * 10)
    assert kept.get("b" * 10) is None
    assert kept.get("a" * 10) == 10


def test_no_more_characters_are_kept_than_there_is_room_for(kept: DocumentCache[int]) -> None:
    for number in range(1_000):
        send(kept, "x" * (number % 30))
        send(kept, "x" * (number % 30))
        assert kept.characters <= 60
    send(kept, "y" * 21)
    assert not send(kept, "y" * 21)
    kept.clear()
    assert kept.characters == len(kept) == 0


@pytest.mark.parametrize("document", ["{", "{ nothing }", "{ school { " + "name " * 600 + "} }"])
def test_a_document_that_is_refused_is_not_kept(document: str) -> None:
    document_cache.clear()
    with pytest.raises((InvalidDocumentError, LimitExceededError)):
        load_document(document)
    assert len(document_cache) == 0


def test_a_document_that_is_sent_again_is_not_parsed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document_cache.clear()
    first = load_document("{ school { name } }")
    monkeypatch.delattr("schema.operation.document.parse")
    assert load_document("{ school { name } }") is first
