"""Reads of cells: the SELECTs, the INSERT of missing cells, and the result."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from pytest_django import Settings

from loaders.cells import CELL_COLUMNS, Cell, CellRequest, Cells, PendingCell
from loaders.dispatch import Dispatcher
from loaders.read_options import ReadOptions
from loaders.visible_classes import VisibleClass, VisibleClasses
from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.errors import LimitExceededError
from primepath.domain.period import MONTHS, PERIODS, QUARTERS, Period
from primepath.models import ExamScheduleMatrix, SchoolClass
from primepath.services.cells.create_missing_cells import create_missing_cells
from tests.factories import YEAR, head_teacher, make_cell, make_class, make_classes

pytestmark = pytest.mark.django_db

Asked = tuple[str, int, *tuple[Period, ...]]

_CELL_ID = re.compile(r"[A-Z0-9_-]+/[0-9]{4}/[A-Z0-9]+")


class Statements:
    """The keys in the SELECTs of cells and in the INSERTs of missing cells."""

    def __init__(self) -> None:
        self.selects: list[list[str]] = []
        self.inserts: list[list[str]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if ExamScheduleMatrix._meta.db_table in sql:
            keys = _CELL_ID.findall(str(params))
            if sql.startswith("SELECT"):
                self.selects.append(keys)
            elif "ON CONFLICT" in sql:
                self.inserts.append(keys)
        return execute(sql, params, many, context)


@pytest.fixture
def statements() -> Iterator[Statements]:
    noted = Statements()
    with connection.execute_wrapper(noted):
        yield noted


class Reader:
    """The cells of one operation of a head teacher."""

    def __init__(self, *, may_store: bool = True) -> None:
        self.dispatcher = Dispatcher()
        self.missing: set[CellKey] = set()
        self.classes = VisibleClasses(self.dispatcher, head_teacher())
        report_missing = self.missing.update if may_store else None
        self.cells = Cells(self.dispatcher, ReadOptions(CELL_COLUMNS, report_missing))

    async def request(self, code: str, year: int, *periods: Period) -> CellRequest:
        visible = await self.classes.get(code)
        assert visible is not None
        return CellRequest(visible, year, periods)

    async def load(self, *asked: Asked) -> list[list[Cell]]:
        return await self.cells.load_many([await self.request(*each) for each in asked])

    def read(self, *asked: Asked) -> list[list[Cell]]:
        """The cells of each class, year and periods, all requested together. Stores the missing ones."""
        cells = self.dispatcher.run(self.load(*asked))
        self.store()
        return cells

    def store(self) -> None:
        if self.missing:
            create_missing_cells(keys=self.missing)


def stored_ids() -> set[str]:
    return set(ExamScheduleMatrix.objects.values_list("pk", flat=True))


@pytest.fixture
def warnings(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> pytest.LogCaptureFixture:
    """Captures the product's log."""
    monkeypatch.setattr(logging.getLogger("primepath"), "propagate", True)
    return caplog


def test_each_requested_key_is_read_once(statements: Statements) -> None:
    for code in ("A", "B"):
        school_class = make_class(code)
        for year in (YEAR, YEAR + 1):
            for period in (Period.JAN, Period.Q1):
                make_cell(school_class, period, year, notes=f"{code} {year} {period}")
    rows = Reader().read(
        ("A", YEAR, Period.Q1, Period.JAN), ("B", YEAR + 1, Period.JAN), ("A", YEAR, Period.JAN)
    )
    assert statements.selects == [[f"A/{YEAR}/Q1", f"A/{YEAR}/JAN", f"B/{YEAR + 1}/JAN"]]
    assert statements.inserts == []
    assert [[cell.notes for cell in row] for row in rows] == [
        [f"A {YEAR} Q1", f"A {YEAR} JAN"],
        [f"B {YEAR + 1} JAN"],
        [f"A {YEAR} JAN"],
    ]


def test_loaded_cells_are_not_read_again(statements: Statements) -> None:
    make_class("A")
    reader = Reader()

    async def operation() -> None:
        await reader.load(("A", YEAR, Period.JAN, Period.FEB))
        await reader.load(("A", YEAR, Period.FEB, Period.MAR))
        await reader.load(("A", YEAR, Period.MAR, Period.JAN))

    reader.dispatcher.run(operation())
    assert statements.selects == [[f"A/{YEAR}/JAN", f"A/{YEAR}/FEB"], [f"A/{YEAR}/MAR"]]


def test_missing_cells_are_stored_immediately_without_an_author(statements: Statements) -> None:
    classes = make_classes(5)
    make_cell(classes[0], Period.JAN, notes="Ours")
    rows = Reader().read(*((each.code, YEAR, *PERIODS) for each in classes))
    assert (len(statements.selects), len(statements.inserts)) == (1, 1)
    assert len(statements.inserts[0]) == 5 * len(PERIODS) - 1
    assert rows[0][0].notes == "Ours"
    assert all(cell.status == CellStatus.EMPTY for row in rows for cell in row if not cell.notes)
    stored = ExamScheduleMatrix.objects.exclude(notes="Ours")
    assert stored_ids() == {cell.pk for row in rows for cell in row}
    untouched = {"status": "EMPTY", "notes": "", "version": 0}
    nothing = ("scheduled_date", "start_time", "end_time", "created_at", "updated_at")
    authors = ("created_by", "modified_by")
    assert all(
        row == {**dict.fromkeys((*nothing, *authors)), **untouched}
        for row in stored.values(*nothing, *authors, *untouched)
    )
    for row in stored:
        assert row.pk == str(CellKey(row.school_class_id, row.academic_year, Period(row.period)))


def test_missing_cells_are_stored_in_one_order(
    statements: Statements,
) -> None:
    """Otherwise two operations that store the same cells would deadlock."""
    for code in "ABC":
        make_class(code)
    asked: list[Asked] = [
        (code, YEAR, *periods) for code in "BCA" for periods in (QUARTERS, MONTHS[::-1])
    ]
    Reader().read(*asked)
    ExamScheduleMatrix.objects.all().delete()
    Reader().read(*reversed(asked))
    first, second = statements.inserts
    assert first == second
    assert statements.selects[0] != statements.selects[1]


def test_cells_that_another_request_stored_meanwhile_do_not_change(
    statements: Statements,
) -> None:
    school_class = make_class("A")
    reader = Reader()
    (row,) = reader.dispatcher.run(reader.load(("A", YEAR, *PERIODS)))
    for period in QUARTERS:
        make_cell(school_class, period, notes="Theirs")
    reader.store()
    assert {(cell.status, cell.version) for cell in row} == {("EMPTY", 0)}
    assert len(statements.inserts) == 1
    assert ExamScheduleMatrix.objects.filter(notes="Theirs", version=1).count() == len(QUARTERS)
    assert len(stored_ids()) == len(PERIODS)


def test_loader_without_storing_returns_the_same_cells(statements: Statements) -> None:
    make_cell(make_class("A"), Period.JAN, notes="Ours")
    (row,) = Reader(may_store=False).read(("A", YEAR, *PERIODS))
    assert [cell.notes for cell in row] == ["Ours"] + [""] * 15
    assert {cell.status for cell in row[1:]} == {"EMPTY"}
    assert statements.inserts == []
    assert stored_ids() == {f"A/{YEAR}/JAN"}


def test_cells_of_years_out_of_range_are_not_stored(
    settings: Settings, statements: Statements
) -> None:
    make_class("A")
    beyond = settings.ACADEMIC_YEARS.last + 1
    before = settings.ACADEMIC_YEARS.first - 1
    rows = Reader().read(("A", beyond, Period.JAN), ("A", before, Period.JAN))
    assert [cell.status for (cell,) in rows] == ["EMPTY", "EMPTY"]
    assert statements.inserts == []
    Reader().read(("A", beyond, Period.JAN), ("A", YEAR, Period.JAN))
    assert statements.inserts == [[f"A/{YEAR}/JAN"]]
    assert stored_ids() == {f"A/{YEAR}/JAN"}


def test_cells_up_to_the_limit_are_read(settings: Settings, statements: Statements) -> None:
    make_class("A")
    settings.MAX_CELLS_PER_OPERATION = 4
    rows = Reader().read(("A", YEAR, *QUARTERS), ("A", YEAR, *QUARTERS[:2]))
    assert [len(row) for row in rows] == [4, 2]
    assert len(statements.selects) == 1
    with pytest.raises(LimitExceededError, match="requests 5 cells, which exceeds the limit of 4"):
        Reader().read(("A", YEAR, *QUARTERS), ("A", YEAR, Period.JAN))
    assert (len(statements.selects), len(statements.inserts)) == (1, 1)
    assert len(stored_ids()) == 4


def test_limit_counts_the_cells_of_the_whole_operation(
    settings: Settings, statements: Statements
) -> None:
    make_class("A")
    settings.MAX_CELLS_PER_OPERATION = 4
    reader = Reader()

    async def operation() -> list[list[Cell]]:
        await reader.load(("A", YEAR, *QUARTERS))
        with pytest.raises(LimitExceededError, match="requests 5 cells"):
            await reader.load(("A", YEAR, Period.JAN, Period.Q1))
        return await reader.load(("A", YEAR, Period.Q4))

    assert len(reader.dispatcher.run(operation())) == 1
    assert len(statements.selects) == 1


@pytest.mark.parametrize("kind", [DatabaseError, OperationalError, IntegrityError])
def test_read_only_database_still_returns_cells(
    kind: type[DatabaseError], warnings: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_cell(make_class("A"), Period.JAN, notes="Ours")

    def refuse(_model: object, _columns: object, rows: Sequence[object]) -> None:
        raise kind(f"{len(rows)} rows are too many for a read-only database.")

    monkeypatch.setattr("primepath.services.cells.create_missing_cells.insert_rows", refuse)
    (row,) = Reader().read(("A", YEAR, *PERIODS))
    assert [cell.status for cell in row] == ["DRAFT"] + ["EMPTY"] * 15
    (record,) = warnings.records
    assert (record.levelname, record.name) == ("WARNING", "primepath.cells")
    assert "15 missing cells could not be stored: 15 rows are too many" in record.getMessage()


@pytest.mark.django_db(transaction=True)
def test_cells_of_a_class_deleted_meanwhile_are_empty(
    warnings: pytest.LogCaptureFixture,
) -> None:
    make_class("A")
    reader = Reader()
    (row,) = reader.dispatcher.run(reader.load(("A", YEAR, *PERIODS)))
    SchoolClass.objects.all().delete()
    reader.store()
    assert {cell.status for cell in row} == {"EMPTY"}
    assert stored_ids() == set()
    assert [record.levelname for record in warnings.records] == ["WARNING"]


def test_pending_cells_have_their_key_before_they_are_read(statements: Statements) -> None:
    make_cell(make_class("A"), Period.Q1, notes="Ours")
    reader = Reader()

    async def operation() -> None:
        request = await reader.request("A", YEAR, Period.JAN, Period.Q1)
        january, quarter = reader.cells.pending(request)
        assert isinstance(quarter, PendingCell)
        assert isinstance(quarter.visible_class, VisibleClass)
        assert (quarter.pk, quarter.period, quarter.can_edit) == (f"A/{YEAR}/Q1", "Q1", True)
        assert not hasattr(quarter, "no_such_attribute")
        ((other,),) = await reader.load(("A", YEAR, Period.FEB))
        assert (await quarter.notes, await january.status) == ("Ours", "EMPTY")
        assert (await january.read()).key == CellKey("A", YEAR, Period.JAN)
        assert other.period is Period.FEB

    reader.dispatcher.run(operation())
    assert statements.selects == [[f"A/{YEAR}/JAN", f"A/{YEAR}/Q1", f"A/{YEAR}/FEB"]]


def test_flush_stores_cells_of_which_only_the_key_was_used() -> None:
    make_class("A")
    reader = Reader()

    async def operation() -> None:
        reader.cells.pending(await reader.request("A", YEAR, Period.JAN))
        await reader.cells.flush()

    reader.dispatcher.run(operation())
    reader.store()
    assert stored_ids() == {f"A/{YEAR}/JAN"}
