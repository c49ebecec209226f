"""Reads which changes since a position in the history concern which listeners."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from primepath.domain.cell import CellKey
from primepath.domain.history import HistorySubject
from primepath.feed.changed_keys import changed_keys
from primepath.models import HistoryEntry
from primepath.models.history_position import HistoryPosition, Located

# More entries concern every group. A group that is evaluated without need gets no event.
_MOST_ENTRIES = 5_000


@dataclass(frozen=True)
class Changed:
    """The changes. ``cells``: class and academic year of each changed cell. ``everything``: anything else can have changed too."""

    cells: frozenset[tuple[str, int]]
    everything: bool

    @cached_property
    def codes(self) -> dict[int, set[str]]:
        """The codes of the classes with changed cells, by academic year."""
        found: defaultdict[int, set[str]] = defaultdict(set)
        for code, year in self.cells:
            found[year].add(code)
        return dict(found)


ALL = Changed(frozenset(), everything=True)


def changed_since(position: HistoryPosition) -> tuple[HistoryPosition, Changed]:
    """Return the current position, and what has changed since the earlier one. No change is missed; some can be reported twice."""
    entries = HistoryEntry.objects
    now = entries.position()
    if position.entry_at is not None and entries.locate(position) is not Located.HERE:
        return now, ALL
    found = list(changed_keys(position, most=_MOST_ENTRIES + 1))
    keys = [CellKey.parse(key) for subject, key in found if subject == HistorySubject.CELL]
    others = len(found) - len(keys)
    cells = frozenset((key.class_code, key.academic_year) for key in keys if key is not None)
    return now, Changed(cells, everything=bool(others) or len(found) > _MOST_ENTRIES)
