"""Manifests of documents, as build tools write them. `tests/clients/test_trusted_documents.py` runs these tools."""

from __future__ import annotations

import json

import pytest

from primepath.services.documents.ids import normalise, sha256_of
from primepath.services.documents.manifest import ListedDocument, ManifestError, read_manifest

SCHOOL = "query School { school { name } }"
APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [
        {"id": sha256_of(SCHOOL), "name": "School", "type": "query", "body": SCHOOL},
    ],
}


def test_map_of_relay_and_graphql_codegen_is_read() -> None:
    manifest = {"8b9d8ca0e6a2a9b5d8c7f0a1b2c3d4e5": SCHOOL, "other": "{ __typename }"}
    assert read_manifest(json.dumps(manifest).encode()) == [
        ListedDocument("8b9d8ca0e6a2a9b5d8c7f0a1b2c3d4e5", SCHOOL),
        ListedDocument("other", "{ __typename }"),
    ]


def test_manifest_of_apollo_is_read() -> None:
    (found,) = read_manifest(b"\xef\xbb\xbf" + json.dumps(APOLLO).encode())
    assert found == ListedDocument(sha256_of(SCHOOL), SCHOOL, "School", "query")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read as UTF-8 JSON"),
        (b"\xff", "cannot be read as UTF-8 JSON"),
        (b"[" * 100_000, "cannot be read as UTF-8 JSON"),
        (b"[]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b"{}", "contains no documents"),
        (b'{"a": 1}', "The value of 'a' is not a document"),
        (b'{"a": "{ x }", "a": "{ y }"}', "'a' is in the file twice"),
        (json.dumps({**APOLLO, "version": 2}).encode(), "version 1"),
        (json.dumps({**APOLLO, "version": True}).encode(), "version 1"),
        (json.dumps({**APOLLO, "format": "other"}).encode(), "version 1"),
        (json.dumps({**APOLLO, "operations": {}}).encode(), "`operations` must be a list"),
        (json.dumps({**APOLLO, "operations": []}).encode(), "contains no documents"),
        (json.dumps({**APOLLO, "operations": [{}]}).encode(), r"`operations\[0\]` must have"),
        (json.dumps({**APOLLO, "operations": [None]}).encode(), r"`operations\[0\]` must have"),
    ],
)
def test_other_files_are_rejected(content: bytes, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        read_manifest(content)


@pytest.mark.parametrize(
    ("id", "normal"),
    [
        ("abc", "abc"),
        ("A-b.c_d~1", "A-b.c_d~1"),
        ("x-app:1", "x-app:1"),
        (f"sha256:{'a' * 64}", "a" * 64),
        ("a" * 200, "a" * 200),
        (f"sha256:{'A' * 64}", None),
        (f"sha256:{'a' * 63}", None),
        (f"sha256:{'a' * 64}\n", None),
        ("md5:abc", None),
        ("a" * 201, None),
        ("", None),
        ("a b", None),
        ("a\0", None),
        ("a\n", None),
        ("é", None),
        ("\ud800", None),
    ],
)
def test_only_ids_of_the_specification_are_accepted(id: str, normal: str | None) -> None:
    assert normalise(id) == normal
