"""The request of a roll-over, and its report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from primepath.domain.new_year import DateShift, RollOverExisting, YearPart
from primepath.domain.viewer import Viewer
from primepath.models import SchoolClass


@dataclass(frozen=True, slots=True)
class RollOver:
    """A checked request.

    ``classes``: the active classes concerned, by code. ``inactive_codes``: the classes that were left out because they are inactive.
    """

    viewer: Viewer
    from_year: int
    to_year: int
    classes: Mapping[str, SchoolClass]
    inactive_codes: frozenset[str]
    dates: DateShift
    on_existing: RollOverExisting
    dry_run: bool

    @property
    def all_codes(self) -> list[str]:
        """The codes of the classes to copy and of those to report, sorted."""
        return sorted(self.classes.keys() | self.inactive_codes)


@dataclass(slots=True)
class PartReport:
    """Result of one part: the number of copied and of skipped objects.

    ``reasons``: a sentence for each object that was skipped, and for each copy that differs from its source in a way people would not expect.
    ``changes``: what is copied over what, equal in a dry run, for a digest.
    """

    part: YearPart
    copied: int = 0
    skipped: int = 0
    reasons: list[str] = field(default_factory=list)
    changes: list[Any] = field(default_factory=list)

    def skip(self, reason: str, objects: int = 1) -> None:
        """Count skipped objects that have the same reason."""
        self.skipped += objects
        self.reasons.append(reason)
