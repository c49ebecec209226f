"""The classes of a client's copy of the matrix, computed from its sync token and the classes of now."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from loaders.registry import Loaders
from loaders.visible_classes import VisibleClass
from primepath.domain.map_sketch import UnknownKeyError
from primepath.domain.school_class import AccessLevel
from schema.types.sync_marks import CopyMark, Earlier, ListEntries, mark_value

_LEVELS = {level: number for number, level in enumerate(AccessLevel)}


def entries_of(classes: Iterable[VisibleClass]) -> ListEntries:
    """Return the entries of a matrix with these classes. The kind of a class is the viewer's access."""
    return ListEntries({visible.code: _value(visible) for visible in classes})


def _value(visible: VisibleClass) -> int:
    return mark_value(
        _LEVELS[visible.access_level],
        *(visible.name, visible.division, str(visible.grade), visible.section, visible.stream),
        *(visible.lesson_days, str(visible.curriculum_version)),
    )


async def earlier_entries(
    loaders: Loaders,
    mark: CopyMark,
    entries: ListEntries,
    class_codes: Collection[str] | None,
) -> Earlier | None:
    """Return the classes of the client's copy. None if too many have changed since.

    ``entries`` are the classes with these codes that the viewer can see, or all if ``class_codes`` is None. A query reads
    the codes of all classes if the copy can contain classes that the viewer does not see now.
    """
    earlier = await _earlier(loaders, mark, entries)
    if earlier is None and class_codes is not None:
        # The client can have all classes, and request some of them.
        earlier = await _earlier(loaders, mark, entries_of(await loaders.classes.all()))
    return earlier


async def _earlier(loaders: Loaders, mark: CopyMark, entries: ListEntries) -> Earlier | None:
    try:
        return entries.earlier(mark)
    except UnknownKeyError:
        return entries.earlier(mark, await loaders.all_class_codes())
