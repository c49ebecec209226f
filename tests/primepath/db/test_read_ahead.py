"""Reading ahead: what is sent, and that a wrong guess changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import DataError, connection
from django.utils import timezone
from pytest_django import Settings

from primepath.db import read_ahead, usage
from primepath.db.postgresql.prepared import PreparedStatements
from primepath.db.read_ahead import (
    KnownReads,
    ReadAhead,
    ReadBefore,
    ReadsMissingError,
    forget_reads,
    has_reads,
    reading_ahead,
    reading_only,
    reads_that_follow,
    remember_reads,
)
from primepath.db.statement import Read, Statement, read_together
from primepath.models import Program
from tests.primepath.db.test_postgresql import insert, messages, session

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only."),
]


def _statement(*columns: str) -> Statement:
    return Statement(lambda names: Program.objects.filter(name__key_in=names).values_list(*columns))


_first, _second = _statement("name"), _statement("name", "grade_to")
_of_grade = Statement(
    lambda grade, now: Program.objects.filter(grade_from=grade).values_list("name")
)


@pytest.fixture
def key(request: pytest.FixtureRequest) -> bytes:
    return request.node.name.encode()  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def _connection() -> Iterator[None]:
    insert("CORE")
    insert("OTHER")
    # An earlier test can have prepared statements on this connection.
    session().execute("DEALLOCATE ALL")
    found = session().prepared = PreparedStatements(session().info.backend_pid)
    found.note_process(session().info.backend_pid)
    yield
    session().close()
    connection.close()


@pytest.fixture
def counted() -> Iterator[None]:
    """Count statements, as a server does."""
    token = usage._current.set(usage.Usage())
    with connection.execute_wrapper(usage.counted):
        yield
    usage._current.reset(token)


@pytest.fixture(params=["is open", "has ended"])
def _transaction(request: pytest.FixtureRequest) -> None:
    """The transaction of what an equal request has read: still open, or ended by the message that read it."""
    if request.param == "has ended":
        request.getfixturevalue("counted")


def change_elsewhere() -> None:
    """Change the programs over another connection."""
    with connection.copy().cursor() as other:
        other.execute("UPDATE primepath_program SET grade_to = 5")
        other.db.close()


def request(key: bytes, *names: list[str]) -> list[Any]:
    """Read by ``_first``, and then by ``_second`` with each of the other names."""
    with reading_ahead(key) as reads:
        found = [list(_first(names[0]))]
        if reads is not None:
            reads.begin()
        found += [list(_second(each)) for each in names[1:]]
    if reads is not None:
        remember_reads(key, reads)
    return found


def remember_a_failure(key: bytes) -> None:
    """Remember a request with a second statement that always fails."""
    with reading_ahead(key) as reads:
        assert isinstance(reads, ReadAhead)
        list(_first(["CORE"]))
        reads.begin()
        with pytest.raises(DataError):
            list(_of_grade("one", timezone.now()))
    remember_reads(key, reads)


def test_a_repeated_request_sends_one_message_and_a_commit(key: bytes) -> None:
    for expected in (4, 2, 2):
        with messages() as sent:
            found = request(key, ["CORE"], ["CORE"], ["OTHER"])
        assert found == [[("CORE",)], [("CORE", 2)], [("OTHER", 2)]]
        assert len(sent) == expected
    begin, end = sent
    assert begin.startswith("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ")
    assert begin.count("EXECUTE ") == 3
    assert end == "COMMIT"


@pytest.mark.usefixtures("counted")
def test_all_reads_of_a_request_can_be_sent_before_it(key: bytes) -> None:
    request(key, ["CORE"], ["CORE"], ["OTHER"])
    following = reads_that_follow(key, _first.bind(["ANOTHER"]))
    assert following is not None
    assert [each.read for each in following] == [
        Read(_second, (["CORE"],)),
        Read(_second, (["OTHER"],)),
    ]
    with messages() as sent, reading_only(ReadBefore(following, [[("CORE", 2)], [("OTHER", 3)]])):
        # Each can be taken once, in any order.
        assert list(_second(["OTHER"])) == [("OTHER", 3)]
        assert list(_second(["CORE"])) == [("CORE", 2)]
        for values in (["CORE"], ["ANOTHER"]):
            with pytest.raises(ReadsMissingError):
                list(_second(values))
    assert not sent


@pytest.mark.usefixtures("counted")
def test_statement_that_was_sent_twice_has_rows_twice(key: bytes) -> None:
    request(key, ["CORE"], ["CORE"], ["CORE"], ["OTHER"])
    following = reads_that_follow(key, _first.bind(["CORE"]))
    assert following is not None
    rows = [[("CORE", 2)], [("CORE", 2)], [("OTHER", 3)]]
    with messages() as sent, reading_only(ReadBefore(following, rows)):
        found: list[Any] = read_together(_second.bind(["CORE"]), _second.bind(["OTHER"]))
        assert list(map(list, found)) == [[("CORE", 2)], [("OTHER", 3)]]
        assert list(_second(["CORE"])) == [("CORE", 2)]
    assert not sent


@pytest.mark.usefixtures("counted")
def test_reads_of_a_request_with_other_statements_are_not_sent_before_it(key: bytes) -> None:
    first = _first.bind(["CORE"])
    assert reads_that_follow(key, first) is None
    with reading_ahead(key) as reads:
        assert isinstance(reads, ReadAhead)
        list(_first(["CORE"]))
        Program.objects.count()
    remember_reads(key, reads)
    assert reads_that_follow(key, first) is None
    request(key, ["CORE"], ["CORE"])
    assert reads_that_follow(key, _second.bind(["CORE"])) is None
    assert reads_that_follow(key, first) is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read_ahead, "MOST_ROWS", 1)
        assert reads_that_follow(key, first) is None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read_ahead, "MOST_SECONDS", 0.0)
        assert reads_that_follow(key, first) is None
    forget_reads(key)
    assert reads_that_follow(key, first) is None


@pytest.mark.usefixtures("counted")
def test_a_request_that_repeats_all_statements_sends_one_message(key: bytes) -> None:
    for expected in (4, 1, 1):
        with messages() as sent:
            found = request(key, ["CORE"], ["CORE"], ["OTHER"])
        assert found == [[("CORE",)], [("CORE", 2)], [("OTHER", 2)]]
        assert len(sent) == expected
    (only,) = sent
    assert only.startswith("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ")
    assert only.endswith("; COMMIT")


@pytest.mark.usefixtures("counted")
def test_a_statement_after_the_end_of_the_transaction_is_refused(key: bytes) -> None:
    request(key, ["CORE"], ["CORE"])
    with reading_ahead(key) as reads:
        assert isinstance(reads, ReadAhead)
        list(_first(["CORE"]))
        for read in (lambda: list(_second(["OTHER"])), Program.objects.count):
            reads.begin()
            with pytest.raises(ReadsMissingError):
                read()
        change_elsewhere()
        reads.end()
        reads.begin()
        assert list(_second(["CORE"])) == [("CORE", 5)]
    assert Program.objects.count() == 2
    # From now on, equal requests keep their transaction.
    remember_reads(key, reads)
    for _ in range(2):
        with messages() as sent:
            request(key, ["CORE"], ["CORE"])
    assert sent[-1] == "COMMIT"


@pytest.mark.usefixtures("counted")
def test_a_request_with_other_statements_than_these_keeps_its_transaction(key: bytes) -> None:
    for _ in range(3):
        with messages() as sent, reading_ahead(key) as reads:
            assert isinstance(reads, ReadAhead)
            list(_first(["CORE"]))
            assert list(_second(["CORE"])) == [("CORE", 2)]
            reads.begin()
            assert Program.objects.count() == 2
        remember_reads(key, reads)
        assert sent[-1] == "COMMIT"


def test_other_values_are_read_again(key: bytes) -> None:
    request(key, ["CORE"], ["CORE"])
    assert request(key, ["CORE"], ["OTHER"]) == [[("CORE",)], [("OTHER", 2)]]
    assert request(key, ["OTHER"], ["CORE", "OTHER"])[0] == [("OTHER",)]


def test_everything_is_read_in_one_snapshot(key: bytes) -> None:
    request(key, ["CORE"], ["CORE"])
    with reading_ahead(key):
        list(_first(["CORE"]))
        change_elsewhere()
        # One was read ahead, and the other was not.
        assert list(_second(["CORE"])) == [("CORE", 2)]
        assert list(_second(["OTHER"])) == [("OTHER", 2)]
    assert request(key, ["CORE"], ["CORE"])[1] == [("CORE", 5)]


def test_a_failure_of_what_is_read_ahead_is_no_failure_of_the_request(key: bytes) -> None:
    remember_a_failure(key)
    assert request(key, ["CORE"], ["OTHER"]) == [[("CORE",)], [("OTHER", 2)]]


def test_the_time_is_always_the_present_one(key: bytes) -> None:
    for _ in range(2):
        with reading_ahead(key) as reads:
            assert isinstance(reads, ReadAhead)
            list(_first(["CORE"]))
            assert len(list(_of_grade(1, timezone.now()))) == 2
        remember_reads(key, reads)
        assert not any(isinstance(value, datetime) for read in reads.made for value in read.values)


def test_values_of_the_first_statement_are_not_kept(key: bytes) -> None:
    with reading_ahead(key) as reads:
        assert isinstance(reads, ReadAhead)
        list(_first(["secret"]))
    assert "secret" not in repr(reads.made)


@pytest.mark.usefixtures("_transaction")
def test_nothing_is_used_after_a_write_begins(key: bytes) -> None:
    request(key, ["CORE"], ["CORE"])
    with reading_ahead(key) as reads:
        assert isinstance(reads, ReadAhead)
        list(_first(["CORE"]))
        reads.end()
        Program.objects.update(grade_to=6)
        assert list(_second(["CORE"])) == [("CORE", 6)]


def test_memory_is_bounded() -> None:
    memory = read_ahead._Memory()

    def put(key: bytes, number: int) -> None:
        memory.put(key, KnownReads([Read(_first, (["CORE"] * number,))]))

    for number in range(20_000):
        put(str(number).encode(), number % 20)
    assert memory._values <= 100_000
    assert sum(values for _, values in memory._reads.values()) == memory._values
    assert memory.get(b"19999").reads
    assert not memory.get(b"1").reads
    put(b"19999", 6_000)
    assert not memory.get(b"19999").reads


@pytest.mark.usefixtures("counted")
def test_nothing_follows_a_request_whose_sender_was_read_before(key: bytes) -> None:
    """The first of its reads is missing, which can be the only one."""
    with reading_ahead(key) as reads:
        assert isinstance(reads, ReadAhead)
    remember_reads(key, reads)
    assert not has_reads(key)
    assert reads_that_follow(key, _first.bind(["CORE"])) is None


def test_what_has_failed_is_not_read_ahead_again(key: bytes) -> None:
    remember_a_failure(key)
    # All, the rollback, the first one alone, and COMMIT. Then only the first one.
    for expected in (4, 1):
        with messages() as sent, reading_ahead(key):
            assert list(_first(["CORE"])) == [("CORE",)]
        assert len(sent) == expected


def test_off(key: bytes, settings: Settings) -> None:
    settings.READ_AHEAD = False
    with reading_ahead(key) as reads:
        assert reads is None


def test_statements_that_fail_together_fail_alone() -> None:
    now = timezone.now()
    found, failure = read_together(_first.bind(["CORE"]), _of_grade.bind("one", now))
    assert found == [("CORE",)]
    assert isinstance(failure, DataError)
    failure, found = read_together(_of_grade.bind("one", now), _first.bind(["CORE"]))
    assert found == [("CORE",)]
    assert isinstance(failure, DataError)
