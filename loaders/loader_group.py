"""The bases of the loaders of one subject."""

from __future__ import annotations

from loaders.dispatch import Dispatcher
from loaders.read_options import ReadOptions
from primepath.domain.viewer import Viewer


class CommonLoaderGroup:
    """The loaders of one subject that return the same for every viewer. Operations that run together share them.

    Each loader is a cached property, created when first used. Plain lookups are named ``<result>_by_<key>``.
    `loaders.registry.Loaders` collects the groups.
    """

    def __init__(self, dispatcher: Dispatcher, options: ReadOptions) -> None:
        self._dispatcher = dispatcher
        self._options = options


class LoaderGroup(CommonLoaderGroup):
    """The loaders of one subject that depend on the viewer."""

    def __init__(self, dispatcher: Dispatcher, viewer: Viewer, options: ReadOptions) -> None:
        super().__init__(dispatcher, options)
        self._viewer = viewer
