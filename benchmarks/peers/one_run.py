"""Measuring beside PostGraphile on the database that ``DATABASE_URL`` names: ``python -m benchmarks.peers.one_run FILE``."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson

from benchmarks.effort import Effort
from benchmarks.machine import describe_database
from benchmarks.own_process import run_measured
from benchmarks.progress import say

_CLASSES = (60, 5)
_ROUNDS = 60


def measure(effort: Effort, folder: Path) -> dict[str, Any]:
    """Milliseconds and bytes of each way's answer, by the number of classes."""
    # What uses models can be imported only after `django.setup`.
    from django.core.management import call_command

    from benchmarks import data
    from benchmarks.cases import ALL_CLASSES
    from benchmarks.checks import require
    from benchmarks.client import Client
    from benchmarks.peers import postgraphile
    from benchmarks.questions import matrix
    from benchmarks.server import running_server
    from benchmarks.timing import Runner, take_turns
    from benchmarks.ways import HAND_WRITTEN, OURS
    from primepath.domain.period import PERIODS
    from primepath.models import Teacher

    load_before = os.getloadavg()[0]
    say("  making a school of 600 classes")
    call_command("migrate", verbosity=0, interactive=False)
    data.make_school(ALL_CLASSES)
    tokens = {
        count: data.make_teacher(f"teacher of {count}", data.class_codes(count))
        for count in _CLASSES
    }
    data.analyze()
    ours = matrix(data.YEAR)
    found = {}
    with ExitStack() as stack:
        server = stack.enter_context(running_server(folder / "server.log"))
        peer = stack.enter_context(postgraphile.running_postgraphile(folder / "peer.log"))
        for count, token in tokens.items():
            client = stack.enter_context(Client(server.port, token))
            # It knows no tokens: it is asked for the classes of this teacher, and takes our word for it.
            client_of_peer = stack.enter_context(Client(peer.port, token))
            teacher = Teacher.objects.get(name=f"teacher of {count}")
            runners = {
                OURS.title: Runner(client, ours.to(OURS)),
                HAND_WRITTEN.title: Runner(client, ours.to(HAND_WRITTEN)),
                "PostGraphile": Runner(
                    client_of_peer, postgraphile.question(teacher.pk, data.YEAR)
                ),
            }
            say(f"  checking and measuring: {count} classes with exams")
            answers = {way: each.client.send(each.request) for way, each in runners.items()}
            content = postgraphile.content_of_ours(orjson.loads(answers[OURS.title]))
            exams = [
                len(cell_exams)
                for _, _, cells in content.values()
                for *_, cell_exams in cells.values()
            ]
            require(
                exams == [data.EXAMS_A_CELL] * (count * len(PERIODS)), "Cells or exams are missing."
            )
            require(
                content == postgraphile.content_of_ours(orjson.loads(answers[HAND_WRITTEN.title]))
                and content == postgraphile.content_of_peer(orjson.loads(answers["PostGraphile"])),
                f"{count} classes: the answers do not say the same.",
            )
            take_turns(
                list(runners.values()),
                rounds=max(3, round(_ROUNDS * effort.rounds)),
                most_seconds=effort.seconds,
            )
            found[count] = {
                way: {"ms": each.milliseconds, "bytes": len(answers[way])}
                for way, each in runners.items()
            }
    return {
        "cases": found,
        "load": [load_before, os.getloadavg()[0]],
        "database": describe_database(),
        "postgraphile": postgraphile.installed_version(),
    }


if __name__ == "__main__":
    run_measured("benchmarks.peers.one_run", measure)
