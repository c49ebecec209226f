"""The check of documents before they are registered as trusted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from graphql import OperationDefinitionNode

from primepath.domain.errors import LimitExceededError
from primepath.services.documents.ids import is_sha256, normalise, sha256_of
from primepath.services.documents.manifest import ListedDocument
from primepath.services.documents.register_documents import DocumentToRegister
from schema.operation.document import InvalidDocumentError, PreparedDocument, load_document


class Problem(NamedTuple):
    """A reason why a document cannot be registered. ``document`` names it: its operation, and its id."""

    document: str
    message: str


def check_documents(
    listed: Iterable[ListedDocument],
) -> tuple[list[DocumentToRegister], list[Problem]]:
    """Validate documents against the schema and its limits, as requests are.

    Return the valid ones, and all problems of the others. Limits that depend on variables are checked when a document runs.
    """
    valid, problems = [], []
    seen: dict[str, str] = {}
    for each in listed:
        id = normalise(each.id)
        found, name = _problems(each, id)
        if id is not None and seen.setdefault(id, each.text) != each.text:
            found.append(_("The manifest has another document with this id."))
        if id is None or found:
            label = f"{name} ({each.id[:100]})" if name else each.id[:100]
            problems += [Problem(label, message) for message in found]
        else:
            valid.append(DocumentToRegister(id, each.text, name))
    return list({each.id: each for each in valid}.values()), problems


def _problems(listed: ListedDocument, id: str | None) -> tuple[list[str], str]:
    """Return the problems of a document, and the names of its operations as far as they are known."""
    problems = []
    if id is None:
        problems.append(
            _(
                "The id must have 1 to 200 letters, digits, hyphens, periods, underscores and tildes, or be sha256: and a digest."
            )
        )
    elif is_sha256(id) and sha256_of(listed.text) != id:
        problems.append(_("The id is not the SHA-256 digest of the document."))
    name = listed.name or ""
    try:
        document = load_document(listed.text)
    except InvalidDocumentError as invalid:
        problems += [error.message for error in invalid.errors]
    except LimitExceededError as error:
        problems.append(str(error))
    else:
        operations = _operations(document)
        if not operations:
            problems.append(_("The document has no operation."))
        problems += _differences(listed, operations)
        name = name or ", ".join(each.name.value for each in operations if each.name)
    return problems, name


def _operations(document: PreparedDocument) -> list[OperationDefinitionNode]:
    return [each for each in document.node.definitions if isinstance(each, OperationDefinitionNode)]


def _differences(
    listed: ListedDocument, operations: Sequence[OperationDefinitionNode]
) -> list[str]:
    """Return how a document differs from its name and type in the manifest."""
    if listed.name is None and listed.type is None:
        return []
    found = [(each.name and each.name.value, each.operation.value) for each in operations]
    if found == [(listed.name, listed.type)]:
        return []
    template = _("The document is not the {type} {name} that the manifest describes.")
    return [template.format(type=listed.type, name=listed.name)]
