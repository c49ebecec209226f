"""``manage.py seed_school``"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from primepath.domain.language import Language
from primepath.services.school.seed_school import seed_school


class Command(BaseCommand):
    help = (
        "Loads the school's classes and curriculum from a file. Safe to repeat: it updates names "
        "and streams, creates no duplicates, and leaves inactive classes inactive."
    )

    @translation.override(Language.EN)
    def handle(self, *args: Any, **options: Any) -> None:
        school = seed_school()
        if options["verbosity"] >= 1:
            classes, programs = len(school["classes"]), len(school["programs"])
            self.stdout.write(f"School: {classes} classes and {programs} programs.")
