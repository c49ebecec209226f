"""All loaders of an operation, collected from the files of their subjects."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeVar

from loaders.access import AccessLoaders, next_ends_of_access
from loaders.calendars import CalendarLoaders
from loaders.cells import Cells
from loaders.change_sets import ChangeSetLoaders
from loaders.changes import ChangeLoaders, Changes
from loaders.completion import CompletionLoaders
from loaders.curriculum import CurriculumLoaders
from loaders.dispatch import Dispatcher
from loaders.exams import ExamLoaders
from loaders.history import HistoryLoaders
from loaders.read_options import ReadOptions
from loaders.school import SchoolLoaders
from loaders.teachers import TeacherLoaders
from loaders.tokens import TokenLoaders
from loaders.visible_classes import ClassesOfSeveral, VisibleClasses
from loaders.warnings import WarningLoaders
from primepath.domain.viewer import Viewer

T = TypeVar("T")


class SharedLoaders:
    """The loaders that operations share if they run together and store nothing: one query serves all of them.

    ``expected``: the codes of the classes that each viewer will request; None for all. A cell is made for the class through which an operation requests it, and the classes are those of the operation's viewer.
    """

    def __init__(
        self, dispatcher: Dispatcher, expected: Mapping[Viewer, frozenset[str] | None]
    ) -> None:
        self._dispatcher = dispatcher
        self._several = ClassesOfSeveral(expected)
        self._classes: dict[Viewer, VisibleClasses] = {}
        self._cells: dict[frozenset[str], Cells] = {}
        self.changes = Changes(dispatcher)
        self.next_end_of_access = next_ends_of_access(dispatcher)

    def classes_of(self, viewer: Viewer) -> VisibleClasses:
        if viewer not in self._classes:
            self._classes[viewer] = VisibleClasses(self._dispatcher, viewer, self._several)
        return self._classes[viewer]

    def cells_with(self, options: ReadOptions) -> Cells:
        columns = frozenset(options.columns)
        if columns not in self._cells:
            self._cells[columns] = Cells(self._dispatcher, options)
        return self._cells[columns]


class Loaders(
    AccessLoaders,
    CalendarLoaders,
    ChangeSetLoaders,
    ChangeLoaders,
    CompletionLoaders,
    CurriculumLoaders,
    ExamLoaders,
    HistoryLoaders,
    SchoolLoaders,
    TeacherLoaders,
    TokenLoaders,
    WarningLoaders,
):
    """The loaders of one operation of one viewer. They remember all that they have read, so only `SharedLoaders` are shared."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        viewer: Viewer,
        options: ReadOptions,
        shared: SharedLoaders | None = None,
    ) -> None:
        super().__init__(dispatcher, viewer, options)
        if shared is None:
            self.classes = VisibleClasses(dispatcher, viewer)
            self.cells = Cells(dispatcher, options)
        else:
            self.classes = shared.classes_of(viewer)
            self.cells = shared.cells_with(options)
            self.changes = shared.changes
            self.next_end_of_access = shared.next_end_of_access

    def call(self, read: Callable[[], T]) -> asyncio.Future[T]:
        """Return the result of ``read``, a query that only one field needs."""
        return self._dispatcher.call(read)
