"""``manage.py register_documents``"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from primepath.domain.language import Language
from primepath.services.documents.ids import normalise
from primepath.services.documents.manifest import ListedDocument, ManifestError, read_manifest
from primepath.services.documents.register_documents import (
    DocumentsDifferError,
    Registration,
    register_documents,
    remove_documents,
)
from schema.operation.registration import check_documents


class Command(BaseCommand):
    help = (
        "Registers the documents of a client, from a manifest of Relay, Apollo or graphql-codegen. Clients can then send "
        "the id of a document as documentId. Registers nothing if a document is not valid."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="The manifest, in JSON.")
        parser.add_argument(
            "--check", action="store_true", help="Validate the documents. Register nothing."
        )
        parser.add_argument(
            "--replace",
            action="store_true",
            help="Replace documents that are registered with the same id and another text.",
        )
        parser.add_argument(
            "--remove",
            action="store_true",
            help="End the registration of the documents in the manifest.",
        )

    @translation.override(Language.EN)
    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            listed = read_manifest(file.read_bytes())
        except (ManifestError, OSError) as error:
            raise CommandError(str(error)) from error
        if options["remove"]:
            self._remove(listed)
        else:
            self._register(listed, is_check=options["check"], replace=options["replace"])

    def _remove(self, listed: list[ListedDocument]) -> None:
        ids = {id for each in listed if (id := normalise(each.id)) is not None}
        self.stdout.write(f"{remove_documents(ids)} of {len(ids)} documents removed.")

    def _register(self, listed: list[ListedDocument], *, is_check: bool, replace: bool) -> None:
        documents, problems = check_documents(listed)
        for each in problems:
            self.stdout.write(f"{each.document}: {each.message}")
        if problems:
            number = len({each.document for each in problems})
            raise CommandError(
                f"Nothing was registered: {number} of {len(listed)} documents are not valid."
            )
        if is_check:
            self.stdout.write(f"{len(documents)} documents are valid. Nothing was registered.")
            return
        try:
            effects = register_documents(documents, replace=replace)
        except DocumentsDifferError as error:
            names = {each.id: each.name for each in documents}
            for id in error.ids:
                self.stdout.write(
                    f"{names[id]} ({id}): Another document is registered with this id."
                )
            raise CommandError(
                "Nothing was registered. Use --replace to replace documents."
            ) from error
        counts = Counter(effects.values())
        self.stdout.write(", ".join(f"{counts[each]} {each}" for each in Registration) + ".")
