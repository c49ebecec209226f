"""Find a trusted document by its id.

Each process keeps the documents that it has found. It reads one again if the state of the database has changed since. So a change of
a registration takes effect with the next request. Anonymous requests do not read the state. For them, a document is read again after
5 seconds.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple

from django.db.models import Q

from primepath.db.read_ahead import require_that_others_can_be_read
from primepath.models import TrustedDocument
from primepath.models.database_state import current_state
from primepath.services.documents.ids import normalise, sha256_of

_MOST_KEPT = 1_000
_SECONDS_WITHOUT_STATE = 5.0

_State = tuple[str, str]


class _Kept(NamedTuple):
    """A document, the state of the database before it was read, and the time at which it was last known to be registered."""

    text: str
    state: _State | None
    at: float

    def is_valid(self, state: _State | None) -> bool:
        if state is not None:
            return self.state == state
        return time.monotonic() - self.at < _SECONDS_WITHOUT_STATE


# Documents of the product itself, by their SHA-256 digest.
_own: dict[str, str] = {}
_kept: OrderedDict[str, _Kept] = OrderedDict()
_lock = Lock()


def trust_own(texts: Iterable[str]) -> None:
    """Trust documents of the product's own pages, in this process. Call it at start-up."""
    _own.update({sha256_of(text): text for text in texts})


def find_document(document_id: str) -> str | None:
    """Return the text of a trusted document. None if no document with this id is registered.

    Reads the database only if this process has not kept the document.
    """
    key = normalise(document_id)
    if key is None:
        return None
    if (own := _own.get(key)) is not None:
        return own
    known = current_state()
    state = None if known is None else (known.server, known.curriculum)
    with _lock:
        kept = _kept.get(key)
        if kept is not None and kept.is_valid(state):
            _keep(key, kept if state is None else kept._replace(at=time.monotonic()))
            return kept.text
    require_that_others_can_be_read()
    began = time.monotonic()
    found = (
        TrustedDocument.objects.filter(Q(document_id=key) | Q(sha256=key))
        .values_list("text", flat=True)
        .first()
    )
    with _lock:
        if found is None:
            _kept.pop(key, None)
        else:
            _keep(key, _Kept(found, state, began))
    return found


def is_trusted(text: str) -> bool:
    """Return whether a document is registered, or belongs to the product's own pages."""
    return find_document(sha256_of(text)) is not None


def forget_documents() -> None:
    """Forget all documents that this process has kept. For tests."""
    with _lock:
        _kept.clear()


def _keep(key: str, kept: _Kept) -> None:
    _kept[key] = kept
    _kept.move_to_end(key)
    if len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)
