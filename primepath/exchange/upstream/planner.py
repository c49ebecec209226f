"""The plan of an import: what becomes of each object, and the outcome of each row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from primepath.exchange.upstream.outcomes import Outcome, Report
from primepath.exchange.upstream.source import Source
from primepath.models import ImportedRow
from primepath.services.imports.planned import LINKED, Fate, Kind, PlannedObject, Ref
from primepath.services.imports.state import identities, identity, states

_ROWS_AT_ONCE = 20_000


class Options(NamedTuple):
    """Options of an import. ``class_codes`` maps codes of the file to our codes."""

    source_name: str
    class_codes: Mapping[str, str]
    prefer_source: bool = False
    place_unlinked: bool = False


class Record(NamedTuple):
    """Notes of an earlier import about a row."""

    target: str
    digest: str
    left_as: str


class Planner:
    """Compares the wanted objects with the stored objects. It only reads."""

    def __init__(self, source: Source, report: Report, options: Options) -> None:
        self.source = source
        self.report = report
        self.options = options
        self.objects: list[PlannedObject] = []
        self.fates: dict[Ref, Fate] = {}
        self.targets: dict[Ref, str] = {}
        self._records: dict[str, dict[str, Record]] = {}
        self._seen: defaultdict[str, set[str]] = defaultdict(set)

    def records(self, table: str) -> dict[str, Record]:
        """Return what earlier imports stored about the rows of a table, by their keys. One SELECT for each table."""
        if table not in self._records:
            self._records[table] = self._fetch(table)
        return self._records[table]

    def records_of(self, table: str, keys: Iterable[str]) -> dict[str, Record]:
        """Return what earlier imports stored about these rows of a table that is too large to be read whole."""
        return self._fetch(table, key__key_in=list(keys))

    def settle(self, planned: Iterable[PlannedObject], kind: Kind) -> None:
        """Decide about all objects of a kind, and plan what has to be stored.

        An object with a ``target`` and the fate LINKED was found by its natural key. It is not changed.
        """
        planned = list(planned)
        known = {each.ref: self.records(each.ref.table).get(each.ref.key) for each in planned}
        current = states(kind, [record.target for record in known.values() if record])
        for each in planned:
            record = known[each.ref]
            self.saw(each.ref)
            if record is not None:
                each.target = record.target
                each.fate = self.fate(each.digest, record, current.get(record.target))
        for each in self._in_turn(planned, kind):
            self.fates[each.ref] = each.fate
            if each.target is not None:
                self.targets[each.ref] = each.target
            if each.fate in {Fate.NEW, Fate.UPDATED, Fate.LINKED}:
                self.objects.append(each)

    def _in_turn(self, planned: list[PlannedObject], kind: Kind) -> list[PlannedObject]:
        """Return the objects in an order in which they can be stored: an object gets a name after another one has lost it.

        If another object keeps the name, a new object is that one, and a changed one stays as it is.
        """
        waiting = [each for each in planned if each.fate in {Fate.NEW, Fate.UPDATED}]
        ordered = [each for each in planned if each.fate not in {Fate.NEW, Fate.UPDATED}]
        holders = identities(kind) if waiting else {}
        held = {target: name for name, target in holders.items()}
        while waiting:
            blocked = []
            for each in waiting:
                name = self._identity(each)
                if name is not None and name in holders and holders[name] != each.target:
                    blocked.append(each)
                    continue
                if name is not None:
                    holders.pop(held.get(each.target or "", ()), None)
                    holders[name] = each.target or ""
                ordered.append(each)
            if len(blocked) == len(waiting):
                break
            waiting = blocked
        for each in waiting:
            if each.fate is Fate.NEW:
                each.fate, each.target = Fate.LINKED, holders[self._identity(each) or ()]
            else:
                each.fate = Fate.TAKEN
        return [*ordered, *waiting]

    def _identity(self, each: PlannedObject) -> tuple[str, ...] | None:
        given = {**each.values, **each.extra} if each.fate is Fate.NEW else each.values
        resolved = {
            name: self.targets.get(value) if isinstance(value, Ref) else value
            for name, value in given.items()
        }
        return identity(each.ref.kind, resolved)

    def fate(self, digest: str, record: Record, state: str | None) -> Fate:
        """Return what becomes of an object that was imported before. ``state`` is its present state, None if it is gone."""
        if state is None:
            return Fate.DELETED
        if record.digest == digest:
            return Fate.UNCHANGED
        if record.left_as == LINKED or (record.left_as != state and not self.options.prefer_source):
            return Fate.KEPT
        return Fate.UPDATED

    def add(
        self,
        table: str,
        row: Mapping[str, Any],
        outcome: Outcome,
        reasons: Iterable[str] = (),
        *,
        of: Ref | None = None,
        message: str = "",
    ) -> None:
        """Report a row. Its outcome is the given one if the object ``of`` which it is a part is new."""
        fate = Fate.NEW if of is None else self.fates[of]
        target = self.targets.get(of, "") if of else ""
        self.report.add(
            table,
            row["id"],
            *outcome_of(fate, outcome, reasons),
            target=target,
            message=message,
        )

    def saw(self, ref: Ref) -> None:
        """Note that the file still has the row of an object."""
        self._seen[ref.table].add(ref.key)

    def report_missing_rows(self, *, except_of: str | None) -> None:
        """Add a note for each object with a source row that is gone. The object stays.

        ``except_of``: a table that was not read.
        """
        imported = ImportedRow.objects.filter(source=self.options.source_name).order_by("pk")
        last = 0
        while rows := list(
            imported.filter(pk__gt=last).values_list("pk", "table", "key")[:_ROWS_AT_ONCE]
        ):
            last = rows[-1][0]
            for _pk, table, key in rows:
                if table != except_of and key not in self._seen[table]:
                    self.report.note(f"{table} {key} is no longer in the file. It stays here.")

    def _fetch(self, table: str, **conditions: Any) -> dict[str, Record]:
        rows = ImportedRow.objects.filter(
            source=self.options.source_name, table=table, **conditions
        ).values_list("key", "target", "digest", "left_as")
        return {key: Record(*rest) for key, *rest in rows}


def outcome_of(
    fate: Fate, outcome: Outcome, reasons: Iterable[str]
) -> tuple[Outcome, Iterable[str]]:
    """Return the outcome of a row with an object of this fate, and the reasons. ``outcome`` is for a new object."""
    if outcome in {Outcome.REJECTED, Outcome.NOT_CARRIED}:
        return outcome, reasons
    if fate is Fate.UNCHANGED:
        return Outcome.UNCHANGED, ()
    if fate is Fate.UPDATED:
        return Outcome.CHANGED, [*reasons, "SOURCE_CHANGED"]
    if fate is Fate.KEPT:
        return Outcome.REJECTED, [*reasons, "CHANGED_HERE"]
    if fate is Fate.TAKEN:
        return Outcome.REJECTED, [*reasons, "NAME_TAKEN"]
    if fate is Fate.DELETED:
        return Outcome.NOT_CARRIED, [*reasons, "DELETED_HERE"]
    return outcome, reasons
