"""The levels of classes, by year and priority."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from django.conf import settings

from primepath.exchange.upstream import tables, values
from primepath.exchange.upstream.classes import Classes
from primepath.exchange.upstream.curriculum import Curriculum
from primepath.exchange.upstream.outcomes import Outcome
from primepath.exchange.upstream.planner import Planner
from primepath.exchange.upstream.source import Row
from primepath.services.imports.planned import Fate, Kind, PlannedObject, Ref
from primepath.services.imports.state import curricula


class _Mapping(NamedTuple):
    row: Row
    level: Ref
    priority: int


def plan_mappings(planner: Planner, classes: Classes, curriculum: Curriculum) -> None:
    """Plan the curriculum of each class and year. Several mappings of one level are one."""
    found: defaultdict[str, list[_Mapping]] = defaultdict(list)
    for row in planner.source.rows(tables.MAPPING):
        target = _target(planner, row, classes, curriculum)
        if target is not None:
            name, level = target
            found[name].append(_Mapping(row, level, values.integer(row["priority"]) or 0))
    planned: dict[str, PlannedObject] = {}
    for name, mappings in found.items():
        mappings.sort(key=_order)
        code, _slash, year = name.rpartition("/")
        levels = list(dict.fromkeys(each.level for each in mappings))
        planned[name] = PlannedObject(
            Ref(Kind.CURRICULUM, tables.MAPPING, name),
            {"class_code": code, "academic_year": int(year), "level_ids": levels},
        )
    _link(planner, planned)
    planner.settle(planned.values(), Kind.CURRICULUM)
    for name, mappings in found.items():
        _report(planner, planned[name], mappings)


def _target(
    planner: Planner, row: Row, classes: Classes, curriculum: Curriculum
) -> tuple[str, Ref] | None:
    """Return ``CODE/YEAR`` and the level of a mapping, or report why it has none."""
    raw = values.printable(row["class_code"]).strip()
    # The original stored these codes in capitals.
    codes = classes.codes.folded(raw) or {classes.mapping_codes.get(raw, "")}
    year = values.year(row["academic_year"])
    level = curriculum.levels.get(values.integer(row["curriculum_level_id"]) or 0)
    if not values.boolean(row["is_active"], default=True):
        planner.add(tables.MAPPING, row, Outcome.NOT_CARRIED, ["INACTIVE"])
    elif level is None:
        planner.add(tables.MAPPING, row, Outcome.REJECTED, ["LEVEL_MISSING"])
    elif year is None:
        planner.add(tables.MAPPING, row, Outcome.REJECTED, ["YEAR_UNREADABLE"])
    elif year not in settings.ACADEMIC_YEARS:
        planner.add(tables.MAPPING, row, Outcome.REJECTED, ["YEAR_OUT_OF_RANGE"])
    elif len(codes) > 1:
        message = f"{raw} can be {', '.join(sorted(codes))}"
        planner.add(tables.MAPPING, row, Outcome.REJECTED, ["CLASS_AMBIGUOUS"], message=message)
    elif codes == {""}:
        planner.add(tables.MAPPING, row, Outcome.REJECTED, ["CLASS_CODE"])
    else:
        (code,) = codes
        return f"{code}/{year}", level
    return None


def _order(mapping: _Mapping) -> tuple[int, str, str]:
    row = mapping.row
    return mapping.priority, values.printable(row["created_at"]), values.printable(row["id"])


def _link(planner: Planner, planned: dict[str, PlannedObject]) -> None:
    """Find curricula that exist here: they stay."""
    known = planner.records(tables.MAPPING)
    for name, levels in curricula([name for name in planned if name not in known]).items():
        if not levels:
            continue
        each = planned[name]
        wanted = [planner.targets.get(level) for level in each.values["level_ids"]]
        each.target = name
        if wanted == [str(level) for level in levels]:
            each.fate = Fate.LINKED
        else:
            each.fate = Fate.UPDATED if planner.options.prefer_source else Fate.KEPT


def _report(planner: Planner, each: PlannedObject, mappings: list[_Mapping]) -> None:
    numbers: dict[Ref, int] = {}
    for mapping in mappings:
        reasons, message = list[str](), ""
        if mapping.level in numbers:
            outcome, reasons = Outcome.MERGED, ["SAME_LEVEL"]
        else:
            number = numbers[mapping.level] = len(numbers) + 1
            outcome = Outcome.IMPORTED
            if number != mapping.priority:
                outcome, reasons = Outcome.CHANGED, ["PRIORITY"]
                message = f"priority {mapping.priority} -> {number}"
        if each.fate is Fate.LINKED:
            outcome, reasons = Outcome.UNCHANGED, []
        planner.add(tables.MAPPING, mapping.row, outcome, reasons, of=each.ref, message=message)
