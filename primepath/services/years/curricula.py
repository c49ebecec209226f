"""Copy the levels of classes to a new year."""

from __future__ import annotations

from django.utils.translation import gettext as _

from primepath.domain.history import HistoryAction
from primepath.domain.new_year import RollOverExisting, YearPart
from primepath.services.curriculum.writing import (
    CurriculumKey,
    Levels,
    read_curricula,
    write_curricula,
)
from primepath.services.years.plan import PartReport, RollOver


def copy_curricula(given: RollOver) -> PartReport:
    """Copy the levels. The classes and levels are locked."""
    report = PartReport(YearPart.CURRICULUM)
    stored = read_curricula(given.all_codes, {given.from_year, given.to_year})
    wanted: dict[CurriculumKey, Levels] = {}
    for code in sorted(given.classes):
        levels = stored.get(CurriculumKey(code, given.from_year), ())
        target = CurriculumKey(code, given.to_year)
        existing = stored.get(target, ())
        if not levels:
            continue
        if given.on_existing is RollOverExisting.SKIP and existing:
            template = _("{code} already has a curriculum in {year}.")
            report.skip(template.format(code=code, year=given.to_year))
            continue
        if given.on_existing is RollOverExisting.MERGE:
            levels = existing + tuple(each for each in levels if each not in existing)
        if levels == existing:
            template = _("{code} already has these levels in {year}.")
            report.skip(template.format(code=code, year=given.to_year))
            continue
        wanted[target] = levels
    for code in sorted(given.inactive_codes):
        if CurriculumKey(code, given.from_year) in stored:
            report.skip(_("{code} is inactive.").format(code=code))
    report.copied = len(wanted)
    report.changes = [
        (str(key), stored.get(key, ()), levels) for key, levels in sorted(wanted.items())
    ]
    if not given.dry_run:
        write_curricula(
            viewer=given.viewer,
            action=HistoryAction.ROLL_OVER_YEAR,
            classes=given.classes,
            before=stored,
            wanted=wanted,
        )
    return report
