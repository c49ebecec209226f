"""``manage.py seed_demo``"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from primepath.demo.seed_demo import seed_demo


class Command(BaseCommand):
    help = (
        "Loads the school and fills it with demo data, always the same. It can be repeated: it "
        "only adds what is missing. The accounts have a published password, one of them rules "
        "over everything: never run it on a database that others can reach."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        speaks = options["verbosity"] >= 1
        seed_demo(report=self.stdout.write if speaks else _say_nothing)


def _say_nothing(line: str) -> None:
    pass
