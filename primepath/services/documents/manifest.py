"""Manifests of documents, as the build tools of clients write them.

Relay's compiler (``persistConfig.file``) and graphql-codegen (``persistedDocuments`` of the client preset) write an object from ids
to documents. Apollo (``generate-persisted-query-manifest``, and its clients for Android and iOS) writes an object with a ``format``
and a list of ``operations``.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

APOLLO_FORMAT = "apollo-persisted-query-manifest"


class ManifestError(Exception):
    """A file that is not a manifest."""


class ListedDocument(NamedTuple):
    """A document of a manifest. ``name`` and ``type`` describe its operation, if the manifest has them."""

    id: str
    text: str
    name: str | None = None
    type: str | None = None


def read_manifest(content: bytes) -> list[ListedDocument]:
    """Return the documents of a manifest, in its order. Raise `ManifestError` if the format is unknown."""
    try:
        manifest = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError) as error:
        template = _("The file cannot be read as UTF-8 JSON: {reason}")
        raise ManifestError(template.format(reason=error)) from error
    if not isinstance(manifest, dict):
        raise ManifestError(_("A manifest must be a JSON object."))
    listed = _read_apollo(manifest) if "format" in manifest else _read_map(manifest)
    if not listed:
        raise ManifestError(_("The manifest contains no documents."))
    return listed


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ManifestError(_("{name} is in the file twice.").format(name=repr(name)))
        found[name] = value
    return found


def _read_map(manifest: dict[str, Any]) -> list[ListedDocument]:
    for id, text in manifest.items():
        if not isinstance(text, str):
            template = _(
                "The value of {id} is not a document. Manifests of Relay, graphql-codegen and Apollo are read."
            )
            raise ManifestError(template.format(id=repr(id)))
    return [ListedDocument(id, text) for id, text in manifest.items()]


def _read_apollo(manifest: dict[str, Any]) -> list[ListedDocument]:
    version = manifest.get("version")
    if manifest["format"] != APOLLO_FORMAT or type(version) is not int or version != 1:
        template = _("The format must be {format}, version 1.")
        raise ManifestError(template.format(format=APOLLO_FORMAT))
    operations = manifest.get("operations")
    if not isinstance(operations, list):
        raise ManifestError(_("`operations` must be a list."))
    return [_read_operation(number, each) for number, each in enumerate(operations)]


def _read_operation(number: int, operation: Any) -> ListedDocument:
    match operation:
        case {"id": str(id), "name": str(name), "type": str(type), "body": str(body)}:
            return ListedDocument(id, body, name, type)
    template = _("`operations[{number}]` must have `id`, `name`, `type` and `body`.")
    raise ManifestError(template.format(number=number))
