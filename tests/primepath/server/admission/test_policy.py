"""Which request runs next, and how long a new one would wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from primepath.server.admission.callers import KnownCallers
from primepath.server.admission.lane import Ticket
from primepath.server.admission.recent import Recent
from primepath.server.admission.slow_requests import SlowRequests
from tests.primepath.server.admission.tickets import Clock, School

pytestmark = pytest.mark.one_database


@pytest.fixture
def make_school() -> Iterator[Callable[..., School]]:
    made: list[School] = []

    def make(*args: int, **options: int) -> School:
        made.append(School(*args, **options))
        return made[-1]

    yield make
    for school in made:
        school.close()


def run_for(
    school: School, seconds: float, costs: dict[str, float], clients: int = 1
) -> Counter[str]:
    """Let each caller always have ``clients`` requests, each of which takes its cost. Return how many ended."""
    arrived = [school.arrive(caller) for caller in costs for _ in range(clients)]
    running = [ticket for ticket in arrived if ticket.started is not None]
    ended: Counter[str] = Counter()
    end = school.clock.now + seconds
    while running:
        ticket = min(running, key=lambda each: _end(each, costs))
        running.remove(ticket)
        school.clock.now = _end(ticket, costs)
        running += school.finish(ticket)
        if school.clock.now < end:
            ended[str(ticket.caller)] += 1
            again = school.arrive(ticket.caller)
            running += [again] if again.started is not None else []
    return ended


def _end(ticket: Ticket, costs: dict[str, float]) -> float:
    assert ticket.started is not None
    return ticket.started + costs[str(ticket.caller)]


def test_callers_with_equal_requests_have_equal_turns(make_school: Callable[..., School]) -> None:
    ended = run_for(make_school(2), 50, dict.fromkeys("abcde", 0.1))
    assert max(ended.values()) <= min(ended.values()) + 2


def test_large_requests_do_not_take_the_time_of_small_ones(
    make_school: Callable[..., School],
) -> None:
    costs = {f"large {n}": 1.0 for n in range(6)} | {f"small {n}": 0.05 for n in range(16)}
    ended = run_for(make_school(4), 300, costs)
    small = sum(0.05 * count for caller, count in ended.items() if "small" in caller)
    # Their part is 16 of 22.
    assert small > 0.65 * 300 * 4


def test_caller_with_many_requests_has_no_more_time(make_school: Callable[..., School]) -> None:
    school = make_school(2)
    many = [school.arrive("many") for _ in range(50)]
    one = school.arrive("one")
    school.clock.now += 0.1
    (first,) = school.finish(many[0])
    school.clock.now += 0.1
    (second,) = school.finish(many[1])
    assert one in (first, second)


def test_absent_caller_saves_nothing_up(make_school: Callable[..., School]) -> None:
    school = make_school(1)
    school.finish(school.arrive("absent"))
    run_for(school, 100, {"present": 0.1})
    ended = run_for(school, 10, {"present": 0.1, "absent": 0.1})
    assert abs(ended["present"] - ended["absent"]) <= 3


def test_caller_has_a_limited_number_of_threads(make_school: Callable[..., School]) -> None:
    school = make_school(4, per_caller=3)
    tickets = [school.arrive("many") for _ in range(9)]
    assert [ticket.started is not None for ticket in tickets] == [True] * 3 + [False] * 6
    assert school.arrive("other").started is not None


def test_writes_leave_threads_to_reads(make_school: Callable[..., School]) -> None:
    school = make_school(4, writes=2)
    writes = [school.arrive(f"writer {n}", school.writes) for n in range(9)]
    assert sum(ticket.started is not None for ticket in writes) == 2
    reads = [school.arrive(f"reader {n}") for n in range(3)]
    assert [ticket.started is not None for ticket in reads] == [True, True, False]
    # A write that ends makes place for the kind that uses less of its share.
    assert school.finish(reads[0]) == [reads[2]]
    assert school.finish(writes[0])[0].lane is school.writes


def test_wait_for_the_fair_share_is_limited(
    make_school: Callable[..., School],
) -> None:
    costs = {f"small {n}": 0.01 for n in range(60)} | {"whole schedule": 0.06}
    school = make_school(1)
    run_for(school, 20, costs)
    school.arrive("small 0")
    for n in range(1, 60):
        school.arrive(f"small {n}")
    # In equal shares it would wait for 60 * 0.06 = 3.6 seconds.
    whole = school.ticket("whole schedule")
    assert whole.due - whole.arrived <= 1.75


def test_early_request_leaves_half_of_the_threads_to_others(
    make_school: Callable[..., School],
) -> None:
    school = make_school(4)
    others = [school.arrive(caller) for caller in "abc"]
    school.finish(school.arrive("large"), processor_seconds=10)
    early = school.arrive("large")
    assert early.due > school.clock.now + 1
    assert early.started is None
    # A thread is still free for a caller who has not received so much.
    assert school.arrive("d").started is not None
    assert school.finish(others[0]) == []
    assert school.finish(others[1]) == []
    assert school.finish(others[2]) == [early]


def test_request_that_is_due_uses_any_free_thread(make_school: Callable[..., School]) -> None:
    school = make_school(4)
    for caller in "abc":
        school.arrive(caller)
    school.finish(school.arrive("large"), processor_seconds=10)
    early = school.arrive("large")
    school.clock.now = early.due - 1
    assert list(school.threads.start_waiting(school.clock.now)) == []
    school.clock.now = early.due
    assert list(school.threads.start_waiting(school.clock.now)) == [early]


def test_long_queue_is_not_for_a_caller_whom_others_overtake(
    make_school: Callable[..., School],
) -> None:
    school = make_school(1)
    run_for(school, 20, {"heavy": 2.0, "light": 0.1})
    blocker = school.arrive("heavy")
    crowd = [school.arrive(f"one of many {n}") for n in range(60)]
    assert all(each.is_waiting for each in crowd)
    school.clock.now += 2
    school.finish(blocker)
    light, heavy = school.ticket("newcomer"), school.ticket("heavy")
    # Newcomers do not stop to come, and the fair share reaches what the heavy caller has received only later.
    assert heavy.due - heavy.arrived > school.expected_wait(light)
    assert school.expected_wait(heavy) == heavy.due - heavy.arrived


def test_requests_with_a_common_target_run_one_after_another(
    make_school: Callable[..., School],
) -> None:
    school = make_school(4)
    first = school.arrive("a", school.writes, "A/JAN", "A/FEB")
    same = [school.arrive(caller, school.writes, "A/JAN") for caller in "bc"]
    other = school.arrive("d", school.writes, "A/MAR")
    assert [each.is_waiting for each in (first, *same, other)] == [False, True, True, False]
    assert school.finish(other) == []
    assert school.finish(first) == [same[0]]
    assert school.finish(same[0]) == [same[1]]
    # One that does not wait overtakes the requests for a locked cell.
    assert school.arrive("e", school.writes, "A/APR").started is not None


def test_expected_wait_follows_the_time_that_requests_take(
    make_school: Callable[..., School],
) -> None:
    school = make_school(2)
    run_for(school, 60, dict.fromkeys("abcd", 0.1))
    many = [school.arrive("many") for _ in range(20)]
    # Two threads, with 0.1 s for each request.
    assert school.expected_wait(school.ticket("new")) == pytest.approx(0.05, rel=0.1)
    last = school.ticket("many")
    assert school.expected_wait(last) == pytest.approx(0.05 * 19, rel=0.1)
    assert many[-1].is_waiting


def test_expected_wait_shows_that_no_request_ends(make_school: Callable[..., School]) -> None:
    school = make_school(2)
    run_for(school, 60, {"a": 0.01})
    for _ in range(3):
        school.arrive("stuck")
    school.clock.now += 7
    assert school.expected_wait(school.ticket("new")) == 7


def test_one_exceptional_request_hardly_changes_the_expected_wait(
    make_school: Callable[..., School],
) -> None:
    school = make_school(1)
    run_for(school, 10, {"a": 0.01})
    run_for(school, 1, {"slow": 5})
    assert school.expected_wait(school.ticket("b")) < 0.02


def test_slow_requests_are_known_by_content_and_by_caller() -> None:
    slow = SlowRequests()
    for n in range(100):
        slow.record("light", n, 0.02)
    assert not slow.expects("heavy", "15 years")
    slow.record("heavy", "15 years", 3)
    assert slow.expects("anyone", "15 years")
    assert not slow.expects("heavy", "else")
    for n in range(4):
        slow.record("heavy", f"years {n}", 3)
    assert slow.expects("heavy", "else")
    for _ in range(5):
        slow.record("heavy", "15 years", 0.1)
    assert not slow.expects("heavy", "15 years")
    assert not slow.expects("heavy", "else")


def test_nothing_is_slow_if_everything_is() -> None:
    slow = SlowRequests()
    for _ in range(100):
        slow.record("anyone", "usual", 2)
    assert not slow.expects("anyone", "usual")


def test_recent_forgets_the_oldest() -> None:
    recent: Recent[str, int] = Recent(2)
    for n, key in enumerate("abac"):
        recent.set(key, n)
    assert dict(recent) == {"a": 2, "c": 3}


def test_user_is_known_for_ten_minutes() -> None:
    clock = Clock()
    callers = KnownCallers(clock)
    scope = {"client": ("203.0.113.5", 1), "primepath.user": 7}
    assert callers.caller_of(scope, b"token") == "203.0.113.5"
    assert callers.remember(scope, b"token") == 7
    assert callers.remember(scope, b"token") is None
    clock.now += 599
    assert callers.caller_of(scope, b"token") == 7
    clock.now += 2
    assert callers.caller_of(scope, b"token") == "203.0.113.5"


@pytest.mark.parametrize(
    ("address", "same", "other"),
    [
        ("203.0.113.5", "203.0.113.5", "203.0.113.6"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"),
        ("::ffff:203.0.113.5", "::ffff:203.0.113.5", "::ffff:203.0.113.6"),
        ("fe80::1%eth0", "fe80::1%eth0", "fe81::1%eth0"),
    ],
)
def test_anonymous_caller_is_an_address_or_an_ipv6_network(
    address: str, same: str, other: str
) -> None:
    callers = KnownCallers()
    found = [callers.caller_of({"client": (each, 1)}, None) for each in (address, same, other)]
    assert found[0] == found[1] != found[2]
