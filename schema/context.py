"""What resolvers know about the operation they belong to."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

import strawberry

from loaders.dispatch import Dispatcher
from loaders.registry import Loaders
from primepath.domain.errors import UnauthenticatedError
from primepath.domain.viewer import Viewer
from primepath.services.create_missing_cells import create_missing_cells


class Context:
    """One operation: who asks, and the loaders that look things up for them.

    ``may_store`` says whether the operation may write, as one that came by GET may not. ``token_id`` is the key of the
    bearer token that carried the request, None where a session did or nobody is signed in. ``columns`` are
    those that its document asks for. ``address`` is where the request came from, empty where it did not.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        *,
        viewer: Viewer | None,
        token_id: int | None = None,
        may_store: bool,
        columns: Collection[str],
        address: str,
    ) -> None:
        self.dispatcher = dispatcher
        self.columns = columns
        self.address = address
        self.has_tried_to_sign_in = False
        self.may_store = may_store
        self.become(viewer, token_id)

    def become(self, viewer: Viewer | None, token_id: int | None) -> None:
        """Goes on as somebody else, who remembers nothing of what was read before."""
        self.viewer = viewer
        self.token_id = token_id
        self.forget()

    @property
    def signed_in(self) -> Viewer:
        """The viewer. Raises `UnauthenticatedError` where nobody is signed in."""
        if self.viewer is None:
            raise UnauthenticatedError
        return self.viewer

    def forget(self, *, may_store: bool = True) -> None:
        """Reads anew from here on, as after a change. Without ``may_store`` the next reading stores no missing cells."""
        self._loaders: Loaders | None = None
        if self.viewer is not None:
            store_missing = create_missing_cells if may_store and self.may_store else None
            self._loaders = Loaders(self.dispatcher, self.viewer, store_missing, self.columns)

    async def settle(self) -> None:
        """Reads the cells that were asked for, also those of which only the place was shown."""
        if self._loaders is not None:
            await self._loaders.cells.settle()

    def require_sign_in(self) -> None:
        """Raises `UnauthenticatedError` where nobody is signed in."""
        if self.viewer is None:
            raise UnauthenticatedError

    @property
    def loaders(self) -> Loaders:
        """The only way to the school's data. Raises `UnauthenticatedError` where nobody is signed in."""
        if self._loaders is None:
            raise UnauthenticatedError
        return self._loaders


Info: TypeAlias = strawberry.Info[Context, None]
