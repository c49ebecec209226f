"""The context of an operation: its viewer and its loaders."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import NamedTuple, TypeAlias
from uuid import UUID

import strawberry
from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from loaders.dispatch import Dispatcher
from loaders.read_options import ReadOptions
from loaders.registry import Loaders, SharedLoaders
from loaders.school import SchoolRulesLoader
from primepath.db.reading import reads_replica
from primepath.domain.cell import CellKey
from primepath.domain.errors import TimeLimitExceededError, UnauthenticatedError
from primepath.domain.planned_cell import PlannedCells
from primepath.domain.viewer import Viewer
from primepath.server.answer_life import do_not_keep_answer
from primepath.server.time_limit import TimeLimit
from primepath.services.cells.create_missing_cells import create_missing_cells

logger = logging.getLogger("primepath.cells")


class Client(NamedTuple):
    """The sender of an operation: how it is authenticated, and how it has reached the server.

    ``token_id``: primary key of the bearer token that authenticated the request, or None.
    ``address``: client IP address, or "" when not called over HTTP.
    ``base_url``: scheme and host by which the client has reached the server, or "" when not called over HTTP.
    ``keep_session``: called with the account after its password was changed, so that the session of the request stays valid.
    """

    token_id: int | None = None
    address: str = ""
    base_url: str = ""
    keep_session: Callable[[User], None] = lambda _: None


NO_CLIENT = Client()
"""The sender of an operation that is not called over HTTP."""


class Context:
    """The state of one operation.

    ``viewer``: the signed-in person, or None.
    ``client``: the sender of the operation.
    ``columns``: the optional columns that the operation needs. See `ReadOptions`.
    ``may_store``: whether missing cells are stored at the end of the operation.
    ``time_limit``: the time of the operation.
    ``values_left``: returns how many values the response can still get.
    ``shared``: loaders that it shares with the operations that run together with it.
    ``saved``: the mutations that were saved, by response key, each with the id of what it changed.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        *,
        viewer: Viewer | None,
        client: Client,
        columns: Collection[str],
        may_store: bool,
        time_limit: TimeLimit,
        values_left: Callable[[], float],
        shared: SharedLoaders | None = None,
    ) -> None:
        self.dispatcher = dispatcher
        self._shared = shared
        self.viewer = viewer
        self.client = client
        self.time_limit = time_limit
        self.values_left = values_left
        self.saved: dict[str | int, UUID | None] = {}
        self.has_tried_to_sign_in = False
        self._missing: set[CellKey] = set()
        self._read_options = ReadOptions(
            columns=columns, report_missing=self._missing.update if may_store else None
        )
        self.reset_loaders()

    def switch_viewer(self, viewer: Viewer | None, token_id: int | None) -> None:
        """Switch to another viewer and reset all loaders."""
        self.viewer = viewer
        self.client = self.client._replace(token_id=token_id)
        self.reset_loaders()

    def require_viewer(self) -> Viewer:
        """Return the viewer. Raises `UnauthenticatedError` if the request is anonymous."""
        if self.viewer is None:
            raise _unauthenticated()
        return self.viewer

    def reset_loaders(self, *, may_store: bool = True, planned: PlannedCells | None = None) -> None:
        """Reset all loaders, so later reads see the change.

        Without ``may_store``, later reads do not store missing cells. With ``planned``, they see the result of a dry run.
        """
        self.school_rules = SchoolRulesLoader(self.dispatcher)
        self._loaders: Loaders | None = None
        if self.viewer is not None:
            options = self._read_options if may_store else self._read_options.without_storing()
            if planned is not None:
                options = options.with_planned(planned)
            self._loaders = Loaders(self.dispatcher, self.viewer, options, self._shared)

    async def flush(self) -> None:
        """Finish the operation: read cells that were requested but not awaited, and store the missing ones."""
        if self._loaders is not None:
            await self._loaders.cells.flush()
        if self._missing:
            do_not_keep_answer()
        # Without storing, the response is the same. The next mutation of these cells stores them.
        if not self._missing or reads_replica():
            return
        # The response is complete without it.
        try:
            await self.dispatcher.write(lambda: create_missing_cells(keys=self._missing))
        except TimeLimitExceededError:
            pass
        except Exception:
            logger.exception("Missing cells could not be stored.")

    @property
    def loaders(self) -> Loaders:
        """All access to the school's data. Raises `UnauthenticatedError` if the request is anonymous."""
        if self._loaders is None:
            raise _unauthenticated()
        return self._loaders


def _unauthenticated() -> UnauthenticatedError:
    return UnauthenticatedError(_("Sign in to access this."))


Info: TypeAlias = strawberry.Info[Context, None]
