"""A response that is kept, and the forms in which it is sent."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from typing import Any, NamedTuple

from primepath.domain.viewer import Viewer
from primepath.models.database_state import DatabaseState
from primepath.server.answer_life import AnswerLife
from primepath.services.accounts.observation import Observation
from schema.http.documents import Source
from schema.http.key import header
from schema.http.response import compress, is_compressed, is_not_modified, with_random_name

Headers = list[tuple[bytes, bytes]]
# An entry's objects, without its content and the values of its headers.
_OVERHEAD_BYTES = 3_000


class Origin(NamedTuple):
    """The request that produced an answer, as the log and the metrics describe it."""

    operation: str | None
    document_hash: str
    source: Source


class Answer:
    """The response to a query. It is sent again to the same ``viewer``, while the state of the ``observation`` is the current one, in its ``life``.

    ``headers`` belong to every form. ``content`` is not compressed.
    """

    def __init__(
        self,
        *,
        origin: Origin,
        viewer: Viewer,
        observation: Observation,
        life: AnswerLife,
        headers: Iterable[tuple[str, str]],
        content_type: str,
        etag: str | None,
        content: bytes,
        compressed: bytes | None,
    ) -> None:
        self.origin = origin
        self.viewer = viewer
        self._state = _without_marks(observation.database)
        self._begin = life.begin
        self._end = min(life.end, observation.access_ends_at or life.end)
        self._headers = _encoded(headers)
        self._content_type = content_type.encode("latin-1")
        self._etag = etag
        self._length = len(content)
        # One form is kept, or both if both are asked for.
        self._plain = None if compressed else content
        self._compressed = compressed

    @property
    def size(self) -> int:
        """Number of bytes that it takes in memory, about."""
        headers = sum(len(name) + len(value) for name, value in self._headers)
        return _OVERHEAD_BYTES + headers + len(self._plain or b"") + len(self._compressed or b"")

    def is_valid(self, viewer: Viewer | None, observation: Observation) -> bool:
        """Return whether running the operation now would produce the same response."""
        return (
            self._state == _without_marks(observation.database)
            and self.viewer == viewer
            and self._begin <= observation.at < self._end
        )

    def has_form(self, scope: Any) -> bool:
        """Return whether the form that the request asks for is kept, so that nothing is compressed or expanded."""
        if is_compressed(header(scope, b"accept-encoding"), self._length):
            return self._compressed is not None
        return self._plain is not None

    def response(self, scope: Any) -> SentAnswer:
        """Return the response in the form that the request asks for."""
        if self._etag is not None:
            condition = header(scope, b"if-none-match")
            if condition and is_not_modified(condition, self._etag):
                return SentAnswer(304, [*self._headers, (b"Content-Length", b"0")], b"")
        headers = [*self._headers, (b"Content-Type", self._content_type)]
        if is_compressed(header(scope, b"accept-encoding"), self._length):
            self._compressed = self._compressed or compress(self._read())
            content = with_random_name(self._compressed)
            headers.append((b"Content-Encoding", b"gzip"))
        else:
            content = self._plain = self._read()
        headers.append((b"Content-Length", str(len(content)).encode()))
        return SentAnswer(200, headers, content)

    def _read(self) -> bytes:
        if self._plain is not None:
            return self._plain
        assert self._compressed is not None
        return gzip.decompress(self._compressed)


class SentAnswer(NamedTuple):
    """A response as it is sent."""

    status: int
    headers: Headers
    content: bytes

    async def send(self, send: Any) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.content})


def _without_marks(state: DatabaseState) -> tuple[str, str, str]:
    """Return the state without the number of marks, which changes when they are folded."""
    return state.server, state.contents, state.curriculum


def _encoded(headers: Iterable[tuple[str, str]]) -> Headers:
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers]
