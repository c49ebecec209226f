"""Compare with PostGraphile on the database in ``DATABASE_URL``: ``python -m benchmarks.peers.run_peers FILE``."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson

from benchmarks.budget import Budget
from benchmarks.isolated import run_measured
from benchmarks.machine import describe_database
from benchmarks.progress import say
from scripts.server import Checkout

_CLASSES = (60, 5)
_ROUNDS = 60


def measure(budget: Budget, folder: Path) -> dict[str, Any]:
    """Return milliseconds and bytes of each contender's response, by number of classes."""
    # These import models, which need `django.setup`.
    from django.core.management import call_command

    from benchmarks import data
    from benchmarks.cases import ALL_CLASSES
    from benchmarks.checks import require
    from benchmarks.client import Client
    from benchmarks.contenders import HAND_WRITTEN, OURS
    from benchmarks.operations import matrix_query
    from benchmarks.peers import postgraphile
    from benchmarks.product import PERIODS, Teacher
    from benchmarks.timing import Runner, take_turns

    load_before = os.getloadavg()[0]
    say("  creating a school of 600 classes")
    call_command("migrate", verbosity=0, interactive=False)
    data.create_school(ALL_CLASSES)
    tokens = {
        count: data.create_teacher(f"teacher of {count}", data.class_codes(count))
        for count in _CLASSES
    }
    data.analyze()
    operation = matrix_query(data.YEAR)
    found = {}
    with ExitStack() as stack:
        server = stack.enter_context(Checkout().serve(folder / "server.log"))
        peers = {
            version.title: stack.enter_context(
                postgraphile.running_postgraphile(version, folder / f"{version.title}.log")
            )
            for version in postgraphile.VERSIONS
        }
        for count, token in tokens.items():
            client = stack.enter_context(Client(server.port, token))
            teacher = Teacher.objects.get(name=f"teacher of {count}")
            runners = {
                OURS.title: Runner(client, operation.request_to(OURS)),
                HAND_WRITTEN.title: Runner(client, operation.request_to(HAND_WRITTEN)),
                # PostGraphile ignores the token. The query selects the classes of this teacher.
                **{
                    title: Runner(
                        stack.enter_context(Client(peer.port, token)),
                        postgraphile.matrix_request(teacher.pk, data.YEAR),
                    )
                    for title, peer in peers.items()
                },
            }
            say(f"  checking and measuring: {count} classes with exams")
            responses = {title: each.client.send(each.request) for title, each in runners.items()}
            content = postgraphile.content_of_ours(orjson.loads(responses[OURS.title]))
            exams = [
                len(cell_exams)
                for _, _, cells in content.values()
                for *_, cell_exams in cells.values()
            ]
            require(
                exams == [data.EXAMS_PER_CELL] * (count * len(PERIODS)),
                "Cells or exams are missing.",
            )
            require(
                content == postgraphile.content_of_ours(orjson.loads(responses[HAND_WRITTEN.title]))
                and all(
                    content == postgraphile.content_of_peer(orjson.loads(responses[title]))
                    for title in peers
                ),
                f"{count} classes: the responses have different content.",
            )
            take_turns(
                list(runners.values()),
                rounds=max(3, round(_ROUNDS * budget.rounds)),
                max_seconds=budget.seconds,
            )
            found[count] = {
                title: {"ms": each.milliseconds, "bytes": len(responses[title])}
                for title, each in runners.items()
            }
    return {
        "cases": found,
        "load": [load_before, os.getloadavg()[0]],
        "database": describe_database(),
        "peers": [version.title for version in postgraphile.VERSIONS],
    }


if __name__ == "__main__":
    run_measured("benchmarks.peers.run_peers", measure)
