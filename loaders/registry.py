"""All loaders of an operation, collected from the files of their subjects."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

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
from loaders.loader_group import LoaderGroup
from loaders.read_options import ReadOptions
from loaders.school import SchoolLoaders
from loaders.teachers import TeacherLoaders
from loaders.tokens import TokenLoaders
from loaders.visible_classes import ClassesOfSeveral, VisibleClasses
from loaders.warnings import WarningLoaders
from primepath.domain.viewer import Viewer

T = TypeVar("T")


class CommonLoaders(
    ChangeLoaders,
    CompletionLoaders,
    CurriculumLoaders,
    ExamLoaders,
    HistoryLoaders,
    TeacherLoaders,
):
    """The loaders that return the same for every viewer."""


_COMMON = tuple(
    name
    for group in CommonLoaders.__mro__
    for name, value in vars(group).items()
    if isinstance(value, cached_property)
)


class SharedLoaders:
    """The loaders that operations share if they run together and store nothing: one query serves all of them.

    ``expected``: the codes of the classes that each viewer will request; None for all. A cell is made for the class through which an
    operation requests it, and each viewer has classes of their own.
    """

    def __init__(
        self, dispatcher: Dispatcher, expected: Mapping[Viewer, frozenset[str] | None]
    ) -> None:
        self._dispatcher = dispatcher
        self._several = ClassesOfSeveral(expected)
        self._classes: dict[Viewer, VisibleClasses] = {}
        self._common: dict[frozenset[str], dict[str, Any]] = {}

    def for_operation(self, viewer: Viewer, options: ReadOptions) -> dict[str, Any]:
        """Return the loaders for an operation, by the names of their attributes in `Loaders`."""
        if viewer not in self._classes:
            self._classes[viewer] = VisibleClasses(self._dispatcher, viewer, self._several)
        columns = frozenset(options.columns)
        if columns not in self._common:
            common = CommonLoaders(self._dispatcher, options)
            self._common[columns] = {
                "cells": Cells(self._dispatcher, options),
                **{name: getattr(common, name) for name in _COMMON},
            }
        return {"classes": self._classes[viewer], **self._common[columns]}


class Loaders(
    CommonLoaders,
    AccessLoaders,
    CalendarLoaders,
    ChangeSetLoaders,
    SchoolLoaders,
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
        LoaderGroup.__init__(self, dispatcher, viewer, options)
        self.classes: VisibleClasses
        self.cells: Cells
        if shared is None:
            self.classes = VisibleClasses(dispatcher, viewer)
            self.cells = Cells(dispatcher, options)
        else:
            # Cached properties keep their values here.
            vars(self).update(shared.for_operation(viewer, options))

    def call(self, read: Callable[[], T]) -> asyncio.Future[T]:
        """Return the result of ``read``, a query that only one field needs."""
        return self._dispatcher.call(read)
