"""``python -m benchmarks.trial``: run the trial, print the table of verdicts and write TRIAL.md."""

from __future__ import annotations

import argparse
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.progress import say
from benchmarks.trial.registry import BOTH, SCENARIOS, Scenario
from benchmarks.trial.report import report
from benchmarks.trial.run import run_on
from benchmarks.trial.scenarios import load_scenarios
from benchmarks.trial.servers.stack import Stack
from benchmarks.trial.verdicts import Verdict

_FILE = Path(__file__).parents[1] / "TRIAL.md"


def main() -> int:
    load_scenarios()
    options = _options()
    start = time.monotonic()
    _allow_many_connections()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Leave all blocks, so that the servers are stopped.
        signal.signal(number, lambda received, _frame: sys.exit(128 + received))
    verdicts: list[Verdict] = []
    with tempfile.TemporaryDirectory(prefix="primepath-trial-", ignore_cleanup_errors=True) as name:
        for kind in BOTH:
            if wanted := _wanted(kind, options):
                folder = Path(name) / kind.__name__
                verdicts += run_on(
                    kind,
                    wanted,
                    folder,
                    is_short=options.short,
                    is_lenient=options.lenient,
                    soak_minutes=options.soak_minutes,
                )
    text = report(verdicts, (time.monotonic() - start) / 60, without_soak=options.no_soak)
    say(f"\n{text}")
    if not (options.short or options.only or options.on or options.lenient):
        _FILE.write_text(text)
        say(f"Wrote {_FILE}")
    return int(any(verdict.is_shortfall for verdict in verdicts))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.trial",
        description="Load and break the real servers on this machine, and print the verdicts. Without options, write "
        f"{_FILE.name} too.",
    )
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument("--short", action="store_true", help="less than two minutes")
    parser.add_argument(
        "--lenient",
        action="store_true",
        help="for slow or busy machines: allow ten times the time and a tenth of the throughput",
    )
    parser.add_argument("--no-soak", action="store_true", help="without the minutes of load")
    parser.add_argument(
        "--soak-minutes",
        type=int,
        choices=range(2, 61),
        default=10,
        metavar="N",
        help="default: 10",
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=names, help="these scenarios")
    parser.add_argument("--on", choices=[kind.title for kind in BOTH], help="one installation")
    return parser.parse_args()


def _wanted(kind: type[Stack], options: argparse.Namespace) -> Sequence[Scenario]:
    if options.on not in {None, kind.title}:
        return []
    if options.only:
        return [
            each for each in SCENARIOS if each.name in options.only and kind in each.installations
        ]
    return [
        each
        for each in SCENARIOS
        if kind in (each.in_short if options.short else each.installations)
        and not (options.no_soak and each.is_soak)
    ]


def _allow_many_connections() -> None:
    """Raise the limit of open files to what this user can have. The servers inherit it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    sys.exit(main())
