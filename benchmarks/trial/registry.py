"""The list of scenarios."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.trial.servers.stack import PostgresqlStack, SqliteStack, Stack
from benchmarks.trial.trial import Trial
from benchmarks.trial.verdicts import Figure

Function = Callable[[Trial], Sequence[Figure]]
BOTH: tuple[type[Stack], ...] = (SqliteStack, PostgresqlStack)
SQLITE: tuple[type[Stack], ...] = (SqliteStack,)
POSTGRESQL: tuple[type[Stack], ...] = (PostgresqlStack,)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A row of the table. ``name`` is for the command line, ``title`` for the reader."""

    name: str
    title: str
    run: Function
    installations: tuple[type[Stack], ...]
    in_short: tuple[type[Stack], ...]
    is_soak: bool


SCENARIOS: list[Scenario] = []


class NotPossibleError(Exception):
    """The scenario cannot run on this machine. The message is the reason, and the verdict is "not run"."""


def scenario(
    title: str,
    *,
    on: tuple[type[Stack], ...] = BOTH,
    in_short: tuple[type[Stack], ...] = (),
    soak: bool = False,
) -> Callable[[Function], Function]:
    """Add the function to the list. It returns figures, each with the bound that it must keep.

    ``in_short``: the installations on which it runs in the short form of the trial. A ``soak`` takes minutes.
    """

    def add(function: Function) -> Function:
        SCENARIOS.append(Scenario(function.__name__, title, function, on, in_short, soak))
        return function

    return add
