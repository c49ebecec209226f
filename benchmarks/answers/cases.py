"""The cases: matrices of three sizes, introspection, and loads of many connections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack

import orjson

from benchmarks.answers.contenders import HIT, LIMIT, MISS, Contender
from benchmarks.answers.throughput import (
    CONNECTIONS,
    WRITES,
    Send,
    measure_rates,
    reading,
    reading_and_writing,
)
from benchmarks.budget import Budget
from benchmarks.checks import require
from benchmarks.client import Client
from benchmarks.contenders import GRAPHQL_CORE, OURS
from benchmarks.data import YEAR, class_codes
from benchmarks.operations import INTROSPECTION, matrix_query
from benchmarks.product import PERIODS, Teacher
from benchmarks.progress import say
from benchmarks.timing import Runner, take_turns

CLASSES = (60, 5, 1)
_FEW, _ALL = 5, 60
_ROUNDS = {60: 60, 5: 150, 1: 250}
_MIN_ROUNDS = 10
_INTROSPECTION_ROUNDS = 20


class School:
    """The contenders and the tokens of the teachers, by their number of classes."""

    def __init__(
        self, contenders: Mapping[str, Contender], tokens: Mapping[int, str], budget: Budget
    ) -> None:
        self._contenders = contenders
        self._tokens = tokens
        self._budget = budget
        self._teachers = {
            count: Teacher.objects.get(name=f"teacher of {count}").pk for count in tokens
        }
        self._whole = matrix_query(YEAR)

    def title(self, count: int) -> str:
        return f"{count} class" if count == 1 else f"{count} classes"

    def times(self, count: int) -> dict[str, float]:
        """Return the milliseconds of each contender for the matrix of a teacher of ``count`` classes."""
        say(f"  checking and measuring: {self.title(count)}")
        with ExitStack() as stack:
            runners = {
                title: Runner(
                    stack.enter_context(Client(each.port, self._tokens[count])),
                    each.request(self._whole, self._teachers[count]),
                )
                for title, each in self._contenders.items()
            }
            self._check_contents(runners, count)
            take_turns(
                list(runners.values()),
                rounds=max(_MIN_ROUNDS, round(_ROUNDS[count] * self._budget.rounds)),
                max_seconds=self._budget.seconds,
            )
        return {title: each.milliseconds for title, each in runners.items()}

    def _check_contents(self, runners: Mapping[str, Runner], count: int) -> None:
        contents = {
            title: self._contenders[title].content(orjson.loads(each.client.send(each.request)))
            for title, each in runners.items()
        }
        for title, content in contents.items():
            require(
                len(content) == count and content == contents[MISS],
                f"{self.title(count)}: {title} returns other content.",
            )

    def introspection_times(self) -> dict[str, float]:
        """Return the milliseconds of our executor and of graphql-core's, for the schema."""
        say("  introspection")
        with Client(self._contenders[MISS].port, self._tokens[1]) as client:
            ours, core = (
                Runner(client, INTROSPECTION.request_to(each)) for each in (OURS, GRAPHQL_CORE)
            )
            take_turns([ours, core], rounds=_INTROSPECTION_ROUNDS, max_seconds=self._budget.seconds)
        return {MISS: ours.milliseconds, GRAPHQL_CORE.title: core.milliseconds}

    def rates(self) -> dict[str, dict[str, float]]:
        """Return the responses per second of each contender, by load."""
        found: dict[str, dict[str, float]] = {}
        for connections in CONNECTIONS:
            say(f"  throughput of {connections} connections")
            reads = {
                title: reading(each.request(self._whole, self._teachers[_FEW]))
                for title, each in self._contenders.items()
            }
            found[f"{_FEW} classes, {connections} connections"] = self._rates(
                reads, _FEW, connections
            )
            for writes in WRITES:
                name = f"{_FEW} of {_ALL} classes, {connections} connections, {writes:.0%} writes"
                # The limit cannot write.
                titles = (HIT, MISS) if writes else (HIT, MISS, LIMIT)
                found[name] = self._rates(self._mixed(titles, writes), _ALL, connections)
        return found

    def _mixed(self, titles: Iterable[str], writes: float) -> dict[str, Send]:
        part = matrix_query(YEAR, codes=class_codes(_FEW))
        cells = [f"{code}/{YEAR}/{period}" for code in class_codes(_ALL) for period in PERIODS]
        return {
            title: reading_and_writing(
                self._contenders[title].request(part, self._teachers[_ALL]), cells, writes
            )
            for title in titles
        }

    def _rates(self, senders: Mapping[str, Send], count: int, connections: int) -> dict[str, float]:
        return measure_rates(
            {
                title: (self._contenders[title].port, self._tokens[count], send)
                for title, send in senders.items()
            },
            connections,
            slots=self._budget.slots,
            seconds=self._budget.slot_seconds,
        )
