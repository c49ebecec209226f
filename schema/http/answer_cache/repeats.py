"""Small queries that ran before, and run again in the event loop.

The way to a thread, through Django and back takes longer than a small query. An equal request has shown that Django accepts this one,
what it reads, and that its answer is small. So the event loop sends all reads in one message, and then executes the operation with the
rows. Nothing waits for anything else meanwhile.

If the operation needs anything else this time, or fails, a thread runs the request as usual. So nothing here decides what a response
contains.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import Any, NamedTuple, TypeAlias

import orjson
import psycopg
from django.conf import settings
from django.utils import translation
from prometheus_client import Counter
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from primepath.db.loop_reads import LoopReads
from primepath.db.postgresql.pipeline import NoConnectionError, Rows
from primepath.db.read_ahead import (
    MOST_ROWS,
    ReadBefore,
    ReadsMissingError,
    forget_reads,
    has_reads,
    reading_only,
    reads_that_follow,
)
from primepath.db.statement import rows_of
from primepath.db.usage import current_usage
from primepath.domain.viewer import Viewer
from primepath.models.database_state import DatabaseState, use_state
from primepath.server.answer_life import AnswerLife, begin_life
from primepath.server.give_way import running_requests
from primepath.services.documents.find import find_document, is_trusted
from primepath.services.fold_marks import needs_folding
from schema.context import Client
from schema.http.answer_cache.answer import Answer, Origin
from schema.http.authentication import Caller, look_up_early
from schema.http.documents import RequestedDocument, Source, count_document
from schema.http.draft import Draft
from schema.http.key import header
from schema.http.response import compress, etag_of, is_compressed, is_not_modified
from schema.operation.document import is_known_document
from schema.operation.execute import execute
from schema.operation.prepare import PreparedOperation, prepare
from schema.operation.schema_answers import with_schema_answers

Headers: TypeAlias = Sequence[tuple[str, str]]

# The content of an answer that takes some milliseconds, and of its request.
_LARGEST_ANSWER = 50_000
_LARGEST = 20_000
# Of all requests. A parsed one takes several times as much memory.
_MOST_BYTES = 4_000_000
_OVERHEAD_BYTES = 1_000
# A request that could not be repeated runs in threads for so long.
_PAUSE_SECONDS = 60.0
_MOST_PAUSED = 2_000
# The event loop can have been busy too, so this is more than `MOST_SECONDS`.
_SLOW_SECONDS = 0.1

_REPEATS = Counter(
    "primepath_repeats_total",
    "Small queries that ran before: done, repeated in the event loop; left, to a thread.",
    ["result"],
)
_DONE, _LEFT = map(_REPEATS.labels, ("done", "left"))

logger = logging.getLogger("primepath.requests")


class _ThreadFirstError(Exception):
    """A thread must run this request, and then the event loop can run the next one."""


class _Repeat(NamedTuple):
    """A request that ran before.

    ``variables``: as JSON, which takes a small part of the memory of their values. ``reads``: whether its method changes nothing.
    ``headers`` and ``content_type``: of its response. ``size``: the bytes that it takes, about.
    """

    variables: bytes
    operation_name: str | None
    document: RequestedDocument
    viewer: Viewer
    language: str
    base_url: str
    reads: bool
    headers: list[tuple[str, str]]
    content_type: str
    has_etag: bool
    size: int


class Repeats:
    """Requests by their key, and how they run again. Used by the event loop and by threads."""

    def __init__(self, reads: LoopReads) -> None:
        self._reads = reads
        self._known: OrderedDict[bytes, _Repeat] = OrderedDict()
        self._paused: OrderedDict[bytes, float] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def add(self, key: bytes, scope: Any, size: int, draft: Draft, headers: Headers) -> None:
        """Note a request that can be repeated: its answer can be sent again. ``size``: of its body."""
        # GET has its content there.
        size += len(scope["query_string"])
        is_small = size <= _LARGEST and len(draft.content) <= _LARGEST_ANSWER
        # Never on SQLite, and with replicas.
        if not (is_small and has_reads(key)) or header(scope, b"if-match"):
            return
        if draft.viewer is None or draft.data is None:
            return
        repeat = _Repeat(
            # A copy, because the buffer of orjson is larger.
            bytes(memoryview(orjson.dumps(draft.data.variables))),
            draft.data.operation_name,
            draft.document,
            draft.viewer,
            dict(headers)["Content-Language"],
            draft.base_url,
            scope["method"] != "POST",
            [(name, value) for name, value in headers if name != "ETag"],
            draft.content_type,
            draft.etag is not None,
            size + _OVERHEAD_BYTES,
        )
        with self._lock:
            self._remove(key)
            self._known[key] = repeat
            self._bytes += repeat.size
            while self._bytes > _MOST_BYTES:
                self._remove(next(iter(self._known)))

    def can_run(self, key: bytes) -> bool:
        """Return whether `run` can probably respond."""
        return key in self._known and self._reads.is_ready and not self._is_paused(key)

    async def run(
        self, key: bytes, scope: Any, observe: Callable[[DatabaseState], None]
    ) -> Answer | None:
        """Return the answer to a request. None if a thread must run it.

        ``observe`` is called with the state of the database that the answer shows.
        """
        with self._lock:
            repeat = self._known.get(key)
            if repeat is not None:
                self._known.move_to_end(key)
        life = begin_life()
        usage = current_usage()
        cells = usage.cells if usage else 0
        lookup = look_up_early(scope)
        if repeat is None or lookup is None:
            return None
        following = reads_that_follow(key, lookup.statement)
        if following is None:
            return None

        def answer(rows: list[Rows], seconds: float) -> Answer | None:
            if seconds > _SLOW_SECONDS:
                # The next request is measured in a thread.
                forget_reads(key)
            if sum(map(len, rows)) > MOST_ROWS:
                return None
            caller = lookup.read(rows_of(lookup.statement, rows[0]))
            if caller is None or caller.observation is None:
                return None
            if caller.viewer != repeat.viewer or needs_folding(caller.observation.database):
                # The thread notes the request of this viewer, and folds the marks.
                raise _ThreadFirstError
            observe(caller.observation.database)
            return _answer(repeat, scope, caller, ReadBefore(following, rows[1:]), life)

        try:
            found = await self._reads.run_with([lookup.statement, *following], answer)
        except (NoConnectionError, _ThreadFirstError):
            # The query is not the reason, so the next one is repeated.
            _LEFT.inc()
            return None
        except psycopg.Error:
            # Reported by the connection that it has ended.
            found = None
        except Exception:
            # The thread reports it to the client, if it happens again.
            logger.warning("A query could not be repeated in the event loop.", exc_info=True)
            found = None
        (_LEFT if found is None else _DONE).inc()
        if found is None:
            if usage is not None:
                # The thread reads and counts them again.
                usage.cells = cells
            self._pause(key)
            # The thread would perhaps send the same in vain.
            forget_reads(key)
        return found

    def _remove(self, key: bytes) -> None:
        found = self._known.pop(key, None)
        if found is not None:
            self._bytes -= found.size

    def _is_paused(self, key: bytes) -> bool:
        return time.monotonic() < self._paused.get(key, 0)

    def _pause(self, key: bytes) -> None:
        self._paused[key] = time.monotonic() + _PAUSE_SECONDS
        self._paused.move_to_end(key)
        if len(self._paused) > _MOST_PAUSED:
            self._paused.popitem(last=False)


def _answer(
    repeat: _Repeat, scope: Any, caller: Caller, reads: ReadBefore, life: AnswerLife
) -> Answer | None:
    """Return the answer of the operation with these reads. None if it needs others, or has errors."""
    assert caller.viewer is not None
    assert caller.observation is not None
    running_requests.begin()
    try:
        # In the context of this call only: the event loop copies it for each.
        use_state(caller.observation.database)
        translation.activate(repeat.language)
        with reading_only(reads):
            operation = _prepare(repeat, caller.viewer)
            if operation is None:
                return None
            result = _execute(repeat, caller, operation, reads)
    except ReadsMissingError:
        return None
    finally:
        running_requests.end()
    if result.errors or not life.can_be_kept:
        return None
    count_document(repeat.document.source)
    content = orjson.dumps({"data": result.data})
    etag = etag_of(content) if repeat.has_etag else None
    return Answer(
        origin=Origin(operation.name, operation.document_hash, repeat.document.source),
        viewer=caller.viewer,
        observation=caller.observation,
        life=life,
        headers=[*repeat.headers, ("ETag", etag)] if etag else repeat.headers,
        content_type=repeat.content_type,
        etag=etag,
        content=content,
        compressed=compress(content) if _sends_compressed(scope, content, etag) else None,
    )


def _sends_compressed(scope: Any, content: bytes, etag: str | None) -> bool:
    """Return whether the client gets this content compressed. Then it is kept only so, which takes a small part of the memory."""
    has_it = etag is not None and is_not_modified(header(scope, b"if-none-match"), etag)
    return not has_it and is_compressed(header(scope, b"accept-encoding"), len(content))


def _prepare(repeat: _Repeat, viewer: Viewer) -> PreparedOperation | None:
    """Return the operation. None if its document must be parsed again, which can take long."""
    text = _text_of(repeat.document)
    if text is None or not is_known_document(text):
        return None
    return prepare(
        text,
        variables=orjson.loads(repeat.variables),
        operation_name=repeat.operation_name,
        viewer=viewer,
        allowed=(OperationType.QUERY,),
    )


def _text_of(document: RequestedDocument) -> str | None:
    """Return the text of a document that can be used now. None if it is no longer registered."""
    if document.source is Source.TRUSTED:
        return find_document(document.key)
    if document.text is None or (settings.TRUSTED_DOCUMENTS_ONLY and not is_trusted(document.text)):
        return None
    return document.text


def _execute(
    repeat: _Repeat, caller: Caller, operation: PreparedOperation, reads: ReadBefore
) -> ExecutionResult:
    run = partial(
        execute,
        operation,
        client=Client(token_id=caller.token_id, base_url=repeat.base_url),
        may_store=not repeat.reads,
        snapshot=reads,
    )
    return with_schema_answers(operation, run)
