"""Find changes that are lost, stored twice or half-written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.trial.checker.ledger import Bulk, Ledger
from benchmarks.trial.checker.stored import Entry, Stored


@dataclass(frozen=True, slots=True)
class Findings:
    """Descriptions of wrong changes, one line each.

    ``lost``: an acknowledged change is not stored exactly once with its history, or a refused one is stored.
    ``half_written``: a cell and its history differ, or a change reached some of its cells only.
    """

    lost: list[str] = field(default_factory=list)
    half_written: list[str] = field(default_factory=list)


def check(ledger: Ledger, before: Stored, after: Stored) -> Findings:
    """Compare what the clients know with the rows and the history.

    ``before`` was read before the first change of the ledger, and ``after`` has the history since then.
    """
    by_cell: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in after.history:
        by_cell[entry.cell].append(entry)
    return Findings(
        lost=[*_wrong_notes(ledger, after), *_lost_bulks(ledger, before, by_cell)],
        half_written=[
            *_broken_histories(before, after, by_cell),
            *_split_change_sets(ledger, after),
        ],
    )


def _wrong_notes(ledger: Ledger, after: Stored) -> Iterator[str]:
    stored: Counter[tuple[str, str]] = Counter()
    for entry in after.history:
        for name, _, value in entry.changes:
            if name == "notes":
                stored[entry.cell, value] += 1
    for note in ledger.notes:
        times = stored[note.cell, note.text]
        if note.is_acknowledged and times != 1:
            yield f"{note.cell}: acknowledged note {note.text} is in the history {times} times"
        if note.is_acknowledged and after.cell(note.cell).version < note.version:
            yield f"{note.cell}: version {note.version} was acknowledged and is not stored"
        if note.is_refused and times:
            yield f"{note.cell}: refused note {note.text} is stored"
        if times > 1:
            yield f"{note.cell}: note {note.text} is stored {times} times"


def _lost_bulks(
    ledger: Ledger, before: Stored, by_cell: defaultdict[str, list[Entry]]
) -> Iterator[str]:
    for bulk in ledger.bulks.values():
        yield from bulk.problems
        base = before.cell(bulk.cells[0]).version
        acknowledged = [version for version in bulk.versions if version != base]
        written = len(by_cell[bulk.cells[0]])
        if acknowledged and max(acknowledged) > base + written:
            yield f"{bulk.cells[0]}: version {max(acknowledged)} was acknowledged and is not stored"
        if len(set(acknowledged)) != len(acknowledged):
            yield f"{bulk.cells[0]}: a version was acknowledged twice"
        if not len(acknowledged) <= written <= len(acknowledged) + bulk.unknown:
            yield (
                f"{bulk.cells[0]}: {written} changes are stored, {len(acknowledged)} acknowledged "
                f"and {bulk.unknown} unknown"
            )


def _broken_histories(
    before: Stored, after: Stored, by_cell: defaultdict[str, list[Entry]]
) -> Iterator[str]:
    """Apply each cell's entries to what it was before, and compare the result with its row."""
    for id in before.cells.keys() | after.cells.keys() | by_cell.keys():
        cell, stored = before.cell(id), after.cell(id)
        fields = dict(cell.fields)
        for entry in by_cell[id]:
            for name, old, new in entry.changes:
                if fields.get(name) != old:
                    yield f"{id}: entry {entry.id} has {name} {old!r} before, not {fields.get(name)!r}"
                fields[name] = new
        if fields != stored.fields:
            wrong = [name for name in fields if fields[name] != stored.fields.get(name)]
            yield f"{id}: the row differs from its history in {', '.join(wrong)}"
        if stored.version != cell.version + len(by_cell[id]):
            yield f"{id}: version {stored.version} after {cell.version} and {len(by_cell[id])} entries"


def _split_change_sets(ledger: Ledger, after: Stored) -> Iterator[str]:
    """A change of several cells must be in the history of each of them."""
    bulk_of: dict[str, Bulk] = {cell: bulk for bulk in ledger.bulks.values() for cell in bulk.cells}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entry in after.history:
        if entry.cell in bulk_of:
            found[entry.change_set].add(entry.cell)
    for change_set, cells in found.items():
        if cells != set(bulk_of[min(cells)].cells):
            yield f"change set {change_set} reached {sorted(cells)} only"
