"""The cache of answers, as the handler uses it.

A request that can have a kept answer is authenticated by one statement, which also reads the state of the database. If the
answer is still valid, nothing else runs. Otherwise Django handles the request, and does not read its sender again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError
from django.http.response import HttpResponseBase
from prometheus_client import Counter

from primepath.db.loop_reads import LoopReads
from primepath.models.database_state import DatabaseState
from primepath.server.admission.callers import remember_user_of
from primepath.server.admission.kinds import Kind
from primepath.server.answer_life import AnswerLife, begin_life
from primepath.server.handler import seconds_since_arrival
from primepath.server.monitoring.request_record import note_in_scope
from schema.http.answer_cache.answer import Answer, Origin, SentAnswer
from schema.http.answer_cache.computations import Computation, Computations
from schema.http.answer_cache.repeats import Repeats
from schema.http.answer_cache.store import Store
from schema.http.authentication import Caller, forget_early, identify_early, look_up_early
from schema.http.documents import count_document
from schema.http.draft import Draft, begin_draft, end_draft
from schema.http.key import key_of
from schema.operation.metrics import Outcome, count_operation

_ANSWERS = Counter(
    "primepath_answers_total",
    "Queries of signed-in users: hit, sent again; miss, not kept before; changed, kept for an older state of the database; "
    "waited, for an equal request.",
    ["result"],
)
_HIT, _MISS, _CHANGED, _WAITED = map(_ANSWERS.labels, ("hit", "miss", "changed", "waited"))
_CREDENTIALS = frozenset({b"authorization", b"cookie"})
_OUTDATED = "primepath.outdated"
_FORM_HEADERS = frozenset({"content-type", "content-length", "content-encoding"})


def _record(answer: Answer, scope: Any) -> None:
    """Count and log an operation that Django has not run."""
    user_id, origin = answer.viewer.user_id, answer.origin
    remember_user_of(scope, user_id)
    note_in_scope(scope, user=user_id, operation=origin.operation, document=origin.document_hash)
    count_operation(
        origin.operation,
        is_signed_in=True,
        outcome=Outcome.OK,
        seconds=seconds_since_arrival(scope),
    )


class AnswerCache:
    """Answers of the API at ``path``, in at most ``limit`` bytes of memory: none with 0. Threads share it."""

    def __init__(self, limit: int, path: str) -> None:
        self._keeps = limit > 0
        self.store = Store(limit)
        self._path = path
        self._computations = Computations()
        self._reads = LoopReads()
        self._repeats = Repeats(self._reads)

    async def respond_early(self, scope: Any, kind: Kind, body: bytes) -> SentAnswer | None:
        """Return a kept answer without a thread; see `primepath.server.answers`."""
        if not (self._can_be_kept(scope, kind) and self._reads.is_ready):
            return None
        key = key_of(scope, body)
        answer = self.store.get(key)
        if answer is None or not answer.has_form(scope):
            return None
        lookup = look_up_early(scope)
        caller = None if lookup is None else await self._reads.run(lookup)
        if caller is None or caller.observation is None:
            return None
        if answer.is_valid(caller.viewer, caller.observation):
            return self._send_again(key, answer, scope)
        scope[_OUTDATED] = answer
        return None

    def can_repeat(self, scope: Any, kind: Kind, body: bytes) -> bool:
        """Return whether `repeat` can probably respond; see `primepath.server.answers`."""
        return self._can_be_kept(scope, kind) and self._repeats.can_run(key_of(scope, body))

    async def repeat(self, scope: Any, kind: Kind, body: bytes) -> SentAnswer | None:
        """Return the response to a small request that ran before; see `primepath.server.answers`."""
        key = key_of(scope, body)
        if not self._keeps:
            answer = await self._repeats.run(key, scope, lambda _: None)
        else:
            computation, is_own = self._computations.join(key, may_wait=True)
            if not is_own:
                return None
            is_kept = False
            try:
                answer = await self._repeats.run(key, scope, computation.observe)
                if answer is not None:
                    (_MISS if self.store.get(key) is None else _CHANGED).inc()
                    is_kept = self.store.put(key, answer)
            finally:
                self._computations.end(key, computation, is_kept=is_kept)
        if answer is None:
            return None
        response = answer.response(scope)
        _record(answer, scope)
        return response

    def respond(
        self,
        scope: Any,
        kind: Kind,
        body: bytes,
        run: Callable[[], HttpResponseBase],
        *,
        may_wait: bool,
    ) -> HttpResponseBase | SentAnswer | Computation:
        """Return the response to a request; see `primepath.server.answers`."""
        if not self._can_be_kept(scope, kind):
            return run()
        key = key_of(scope, body)
        if not self._keeps:
            return self._run(key, lambda _: None, scope, body, run)[0]
        computation, is_own = self._computations.join(key, may_wait=may_wait)
        is_kept = False
        try:
            # After the computation: one that has just ended has kept its answer.
            answer = self.store.get(key)
            is_outdated = answer is not None and scope.pop(_OUTDATED, None) is answer
            if not is_own or (answer is not None and not is_outdated):
                caller = _identify(scope)
                observation = caller and caller.observation
                if caller is not None and observation is not None:
                    if answer is not None and answer.is_valid(caller.viewer, observation):
                        is_kept = True
                        return self._send_again(key, answer, scope)
                    if not is_own and computation.can_serve(observation.database):
                        _WAITED.inc()
                        forget_early(scope)
                        return computation
            if not is_own:
                computation, is_own = self._computations.join(key, may_wait=False)
            (_MISS if answer is None else _CHANGED).inc()
            response, is_kept = self._run(key, computation.observe, scope, body, run)
            return response
        finally:
            if is_own:
                self._computations.end(key, computation, is_kept=is_kept)

    def _can_be_kept(self, scope: Any, kind: Kind) -> bool:
        return (
            kind is Kind.READ
            and scope["path"].removeprefix(scope.get("root_path", "")) == self._path
            and any(name in _CREDENTIALS for name, _ in scope["headers"])
        )

    def _send_again(self, key: bytes, answer: Answer, scope: Any) -> SentAnswer:
        _HIT.inc()
        count_document(answer.origin.source)
        size = answer.size
        response = answer.response(scope)
        if answer.size != size:
            # It is kept in another form too now.
            self.store.put(key, answer)
        _record(answer, scope)
        return response

    def _run(
        self,
        key: bytes,
        observe: Callable[[DatabaseState], None],
        scope: Any,
        body: bytes,
        run: Callable[[], HttpResponseBase],
    ) -> tuple[HttpResponseBase, bool]:
        """Run the request. Return its response, and whether it is kept."""
        life = begin_life()
        draft = begin_draft(scope, observe)
        response = run()
        answer = _answer(draft, life, response)
        # A stream keeps the scope.
        end_draft(scope)
        if answer is None:
            return response, False
        self._repeats.add(key, scope, len(body), draft, _headers(response))
        return response, self._keeps and self.store.put(key, answer)


def _headers(response: HttpResponseBase) -> list[tuple[str, str]]:
    """Return the headers that belong to every form of an answer."""
    return [(name, value) for name, value in response.items() if name.lower() not in _FORM_HEADERS]


def _identify(scope: Any) -> Caller | None:
    """Return the sender. None if Django must read it, which also reports a failure of the database."""
    try:
        return identify_early(scope)
    except DatabaseError:
        return None


def _answer(draft: Draft, life: AnswerLife, response: HttpResponseBase) -> Answer | None:
    """Return the answer to keep. None if it must not be sent again."""
    is_usable = draft.is_complete and life.can_be_kept and not response.cookies
    if not is_usable or response.status_code not in {200, 304}:
        return None
    if draft.viewer is None or draft.observation is None:
        return None
    return Answer(
        origin=Origin(draft.operation, draft.document_hash, draft.document.source),
        viewer=draft.viewer,
        observation=draft.observation,
        life=life,
        headers=_headers(response),
        content_type=draft.content_type,
        etag=draft.etag,
        content=draft.content,
        compressed=draft.compressed,
    )
