"""The base of the loaders of one subject."""

from __future__ import annotations

from loaders.dispatch import Dispatcher
from loaders.read_options import ReadOptions
from primepath.domain.viewer import Viewer


class LoaderGroup:
    """The loaders of one subject: a cached property each, created when first used.

    Plain lookups are named ``<result>_by_<key>``. `loaders.registry.Loaders` collects the groups.
    """

    def __init__(self, dispatcher: Dispatcher, viewer: Viewer, options: ReadOptions) -> None:
        self._dispatcher = dispatcher
        self._viewer = viewer
        self._options = options
