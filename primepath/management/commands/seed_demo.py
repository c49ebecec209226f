"""``manage.py seed_demo``"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from primepath.demo.seed_demo import seed_demo
from primepath.domain.language import Language


class Command(BaseCommand):
    help = (
        "Loads the school and adds demo data, the same every time. Safe to repeat: it only adds "
        "what is missing. Creates accounts with a published password, including a superuser. "
        "Never run this on a database that others can reach."
    )

    @translation.override(Language.EN)
    def handle(self, *args: Any, **options: Any) -> None:
        is_verbose = options["verbosity"] >= 1
        seed_demo(report=self.stdout.write if is_verbose else _ignore)


def _ignore(line: str) -> None:
    pass
