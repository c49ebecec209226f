"""Run scenarios on one installation."""

from __future__ import annotations

import gc
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.progress import say
from benchmarks.trial.aftermath import aftermath
from benchmarks.trial.checker.stored import read_stored
from benchmarks.trial.load.mixes import mixed
from benchmarks.trial.registry import NotPossibleError, Scenario
from benchmarks.trial.servers.stack import Stack, running_stack
from benchmarks.trial.trial import Trial
from benchmarks.trial.verdicts import Verdict


def run_on(
    kind: type[Stack],
    scenarios: Sequence[Scenario],
    folder: Path,
    *,
    is_short: bool,
    is_lenient: bool,
    soak_minutes: int,
) -> Iterator[Verdict]:
    """Start the installation, run the scenarios one after the other, and yield their verdicts.

    ``is_lenient``: see `Figure.lenient`.
    """
    say(f"{kind.title}: starting the servers")
    with running_stack(kind, folder) as stack:
        # Processes compile their queries at the first request, and open their connections.
        Trial(stack).under_load(mixed, 16, 3)
        for each in scenarios:
            trial = Trial(stack, is_short=is_short, soak_minutes=soak_minutes)
            yield _run(each, trial, is_lenient=is_lenient)


def _run(scenario: Scenario, trial: Trial, *, is_lenient: bool) -> Verdict:
    say(f"{trial.stack.title}: {scenario.title}")
    start, title = time.monotonic(), trial.stack.title
    try:
        before = read_stored(trial.stack.database_url)
        with _no_garbage_collection():
            figures = list(scenario.run(trial))
        if not trial.is_checked:
            figures += aftermath(trial, before)
        if is_lenient:
            figures = [each.lenient() for each in figures]
    except NotPossibleError as reason:
        say(f"    not run: {reason}")
        return Verdict(scenario.title, title, note=str(reason))
    except Exception as error:  # A failed scenario must not hide the results of the others.
        say(traceback.format_exc())
        return Verdict(scenario.title, title, note=f"{type(error).__name__}: {error}", failed=True)
    finally:
        _settle(trial)
    verdict = Verdict(scenario.title, title, figures)
    for figure in figures:
        mark = "" if figure.holds else "  <-- falls short"
        say(f"    {figure.name}: {figure.shown}  ({figure.wanted or 'for contrast'}){mark}")
    say(f"    {verdict.outcome}, {time.monotonic() - start:.0f} s")
    return verdict


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Let the clients run without the garbage collector of Python.

    It stops all of them for a tenth of a second, because they keep the times of tens of thousands of requests. Then the servers seem
    to be slow.
    """
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _settle(trial: Trial) -> None:
    """Wait until the next scenario can begin. Start the server again if it does not recover."""
    start = time.monotonic()
    seconds = trial.seconds_until_normal(start)
    if seconds > 40:
        say("    The server does not recover. It is started again.")
        trial.stack.product.stop()
        trial.stack.product.start()
        trial.seconds_until_normal(start)
