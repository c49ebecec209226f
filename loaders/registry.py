"""All loaders of an operation, collected from the files of their subjects."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from loaders.access import AccessLoaders
from loaders.calendars import CalendarLoaders
from loaders.cells import Cells
from loaders.change_sets import ChangeSetLoaders
from loaders.changes import ChangeLoaders
from loaders.completion import CompletionLoaders
from loaders.curriculum import CurriculumLoaders
from loaders.dispatch import Dispatcher
from loaders.exams import ExamLoaders
from loaders.history import HistoryLoaders
from loaders.read_options import ReadOptions
from loaders.school import SchoolLoaders
from loaders.teachers import TeacherLoaders
from loaders.tokens import TokenLoaders
from loaders.visible_classes import VisibleClasses
from loaders.warnings import WarningLoaders
from primepath.domain.viewer import Viewer

T = TypeVar("T")


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
    """The loaders of one operation of one viewer. Never shared: they remember all that they have read."""

    def __init__(self, dispatcher: Dispatcher, viewer: Viewer, options: ReadOptions) -> None:
        super().__init__(dispatcher, viewer, options)
        self.classes = VisibleClasses(dispatcher, viewer)
        self.cells = Cells(dispatcher, options)

    def call(self, read: Callable[[], T]) -> asyncio.Future[T]:
        """Return the result of ``read``, a query that only one field needs."""
        return self._dispatcher.call(read)
