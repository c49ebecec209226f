"""The draft of an answer: what the cache must know about a request that runs, to send its answer again later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from primepath.domain.viewer import Viewer
from primepath.models.database_state import DatabaseState
from primepath.services.accounts.observation import Observation
from schema.http.documents import RequestedDocument, Source
from schema.http.request import RequestData

_KEY = "primepath.draft"


class Draft:
    """An answer that is being made.

    ``viewer``, ``observation``: the sender, and the state of the database when it was read. None if they are not known.
    ``data``, ``document``: the content of the request, and the document that it asks for. ``base_url``: see `Context`.
    ``operation``, ``document_hash``: for the log and the metrics.
    ``is_complete``: whether a query has run without errors, so that the answer can be sent again.
    ``content``, ``content_type``, ``etag``: the response before it is compressed. ``compressed``: if it was sent so.
    """

    def __init__(self, observed: Callable[[DatabaseState], None]) -> None:
        self._observed = observed
        self.viewer: Viewer | None = None
        self.observation: Observation | None = None
        self.operation: str | None = None
        self.document_hash = ""
        self.data: RequestData | None = None
        self.document = RequestedDocument(None, Source.TEXT)
        self.base_url = ""
        self.is_complete = False
        self.content = b""
        self.compressed: bytes | None = None
        self.content_type = ""
        self.etag: str | None = None

    def observe(self, viewer: Viewer | None, observation: Observation | None) -> None:
        """Note the sender of the request. Again, if the operation is repeated."""
        self.viewer, self.observation = viewer, observation
        if observation is not None:
            self._observed(observation.database)


def begin_draft(scope: Any, observed: Callable[[DatabaseState], None]) -> Draft:
    """Create the draft of the answer to a request. ``observed`` is called with the state of the database."""
    draft: Draft
    draft = scope[_KEY] = Draft(observed)
    return draft


def end_draft(scope: Any) -> None:
    """Free the draft."""
    del scope[_KEY]


def draft_of(request: Any) -> Draft | None:
    """Return the draft of a request. None if its answer is not kept."""
    draft: Draft | None = getattr(request, "scope", {}).get(_KEY)
    return draft
