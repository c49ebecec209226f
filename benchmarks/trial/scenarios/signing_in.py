"""Monday, 8:00: many people sign in at the same time. Others keep working."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from benchmarks.progress import say
from benchmarks.trial.load import loop
from benchmarks.trial.load.connection import LostError
from benchmarks.trial.load.mixes import mixed
from benchmarks.trial.load.operations import LOST, SERVED, outcome_of
from benchmarks.trial.load.sign_in import SignInForm, sign_in
from benchmarks.trial.registry import scenario
from benchmarks.trial.school import PASSWORD
from benchmarks.trial.trial import Trial
from benchmarks.trial.verdicts import ALL, FOR_CONTRAST, Figure, Unit, at_least, at_most

_OTHERS = 8
_ATTACKERS = 16
_GIVE_UP_SECONDS = 70


class _SignedIn(NamedTuple):
    """The result of one person: the last outcome, seconds in all, and how many requests it took."""

    outcome: str
    seconds: float
    requests: int


@scenario("60 people sign in together, with hashes of this product")
def sign_in_own_hashes(trial: Trial) -> Sequence[Figure]:
    return _sign_in(trial, trial.stack.school.people, seconds=15, others=0.7)


@scenario("60 people sign in together, with imported PBKDF2 hashes")
def sign_in_imported_hashes(trial: Trial) -> Sequence[Figure]:
    return _sign_in(trial, trial.stack.school.imported, seconds=60, others=0.5)


@scenario("16 anonymous clients post wrong passwords to the sign-in page")
def sign_in_page_attacked(trial: Trial) -> Sequence[Figure]:
    seconds = 6
    share, p50, attempts = _while_others_work(trial, lambda: _attack(trial.stack.port, seconds))
    say(f"    {attempts} attempts")
    return [
        Figure("throughput of others", share, Unit.SHARE, at_least(0.7)),
        Figure("median of others", p50, Unit.SECONDS, FOR_CONTRAST),
        Figure("attempts", attempts, Unit.COUNT, FOR_CONTRAST),
    ]


def _sign_in(
    trial: Trial, names: Sequence[str], *, seconds: float, others: float
) -> Sequence[Figure]:
    share, p50, people = _while_others_work(trial, lambda: _sign_in_all(trial.stack.port, names))
    signed_in = [each for each in people if each.outcome == SERVED]
    say(f"    {len(signed_in)} of {len(people)}: {sorted({each.outcome for each in people})}")
    slowest = max(each.seconds for each in people)
    retries = sum(each.requests - 1 for each in people)
    return [
        Figure("signed in", len(signed_in) / len(people), Unit.SHARE, ALL),
        Figure("slowest, with retries", slowest, Unit.SECONDS, at_most(seconds)),
        Figure("retries after Retry-After", retries, Unit.COUNT, FOR_CONTRAST),
        Figure("throughput of others", share, Unit.SHARE, at_least(others)),
        Figure("median of others", p50, Unit.SECONDS, FOR_CONTRAST),
    ]


def _while_others_work(
    trial: Trial, work: Callable[[], Coroutine[Any, Any, Any]]
) -> tuple[float, float, Any]:
    """Return the throughput of others during ``work`` as a share of before and after, their median, and the result.

    Others change something too. Otherwise they would compare answers that the server keeps while nothing changes with
    answers that it computes, because each sign-in changes the database.
    """
    with trial.load(mixed, _OTHERS) as load:
        time.sleep(4)
        before, start = load.measured(), time.monotonic()
        result = loop.run(work())
        during = load.measured(start)
        time.sleep(1)
        start = time.monotonic()
        time.sleep(4)
        after = load.measured(start)
    # The speed of a virtual machine changes within a minute.
    usual = (before.rate + after.rate) / 2
    say(
        f"    others: {before.rate:.0f}/s, {during.rate:.0f}/s, {after.rate:.0f}/s; {during.outcomes}"
    )
    return during.rate / usual, during.percentile(0.5), result


async def _sign_in_all(port: int, names: Sequence[str]) -> list[_SignedIn]:
    return await asyncio.gather(*(_sign_in_one(port, name) for name in names))


async def _sign_in_one(port: int, name: str) -> _SignedIn:
    """Sign in. A refused person tries again after the time that the server names."""
    start, outcome, requests = time.monotonic(), LOST, 0
    while time.monotonic() - start < _GIVE_UP_SECONDS:
        requests += 1
        wait = None
        with suppress(LostError, OSError):
            answer = await sign_in(port, name, PASSWORD)
            outcome, wait = outcome_of(answer.status, answer.body), answer.retry_after
        if outcome == SERVED or wait is None:
            break
        await asyncio.sleep(wait)
    return _SignedIn(outcome, time.monotonic() - start, requests)


async def _attack(port: int, seconds: float) -> int:
    deadline = time.monotonic() + seconds
    counts = await asyncio.gather(
        *(_attack_as(port, f"127.0.2.{number + 1}", deadline) for number in range(_ATTACKERS))
    )
    return sum(counts)


async def _attack_as(port: int, address: str, deadline: float) -> int:
    """Post the sign-in form with wrong passwords, each for another name. Return the number of attempts."""
    attempts = 0
    while time.monotonic() < deadline:
        with suppress(LostError, OSError):
            form = await SignInForm.load(port, source=address)
            while time.monotonic() < deadline and form.connection.is_open:
                attempts += 1
                answer = await form.post(f"nobody{attempts % 7}{address}", "wrong")
                await asyncio.sleep(answer.retry_after or 0)
        await asyncio.sleep(0.1)
    return attempts
