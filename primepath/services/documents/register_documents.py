"""Register trusted documents, and end registrations."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from primepath.models import TrustedDocument
from primepath.services.documents.ids import sha256_of

_LONGEST_NAME = 200
_IDS_OF_STATEMENT = 500


class DocumentToRegister(NamedTuple):
    """A valid document. ``id`` is normalised."""

    id: str
    text: str
    name: str


class Registration(StrEnum):
    """Effect of a registration."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


class DocumentsDifferError(Exception):
    """Ids are registered with other documents. ``ids`` lists them. Nothing was saved."""

    def __init__(self, ids: list[str]) -> None:
        super().__init__(ids)
        self.ids = ids


@transaction.atomic
def register_documents(
    documents: Collection[DocumentToRegister], *, replace: bool = False
) -> dict[str, Registration]:
    """Register all documents or none. Return the effect for each id.

    Raises `DocumentsDifferError` if an id has another document, unless ``replace`` is true.
    """
    stored = {each.document_id: each for each in _rows([each.id for each in documents])}
    effects: dict[str, Registration] = {}
    rows = []
    for each in documents:
        row = stored.get(each.id)
        if row is not None and row.text == each.text:
            effects[each.id] = Registration.UNCHANGED
            continue
        effects[each.id] = Registration.ADDED if row is None else Registration.REPLACED
        rows.append(
            TrustedDocument(
                document_id=each.id,
                sha256=sha256_of(each.text),
                name=each.name[:_LONGEST_NAME],
                text=each.text,
                registered_at=timezone.now(),
            )
        )
    replaced = [id for id, effect in effects.items() if effect is Registration.REPLACED]
    if replace:
        TrustedDocument.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["document_id"],
            update_fields=["sha256", "name", "text", "registered_at"],
        )
    elif replaced:
        raise DocumentsDifferError(replaced)
    else:
        # Another process can register the same documents at the same time.
        TrustedDocument.objects.bulk_create(rows, ignore_conflicts=True)
        saved = {each.document_id: each.text for each in _rows([each.document_id for each in rows])}
        if differ := [
            each.document_id for each in rows if saved.get(each.document_id) != each.text
        ]:
            raise DocumentsDifferError(differ)
    return effects


@transaction.atomic
def remove_documents(ids: Collection[str]) -> int:
    """End the registration of these ids. Return how many were registered."""
    return sum(
        TrustedDocument.objects.filter(document_id__in=some).delete()[0] for some in _parts(ids)
    )


def _rows(ids: Collection[str]) -> list[TrustedDocument]:
    return [
        row for some in _parts(ids) for row in TrustedDocument.objects.filter(document_id__in=some)
    ]


def _parts(ids: Collection[str]) -> Iterator[list[str]]:
    """Yield the ids in parts that fit into one statement."""
    every = list(ids)
    for start in range(0, len(every), _IDS_OF_STATEMENT):
        yield every[start : start + _IDS_OF_STATEMENT]
