"""``manage.py register_documents``"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from primepath.models import TrustedDocument
from primepath.services.documents.ids import sha256_of

pytestmark = pytest.mark.django_db

SCHOOL = "query School { school { name } }"
VIEWER = "query Me { viewer { username } }"
Register = Callable[..., str]
# Written by @apollo/generate-persisted-query-manifest 1.4.0.
APOLLO = r"""{
  "format": "apollo-persisted-query-manifest",
  "version": 1,
  "operations": [
    {
      "id": "e3c9a518a139db7a5f893d30aa17e8512b1de864ca0e3ee003f1a9aca9780dff",
      "name": "Out",
      "type": "mutation",
      "body": "mutation Out {\n  signOut {\n    signedOut\n    __typename\n  }\n}"
    },
    {
      "id": "9ba9c02df09fc0231878b7933c696417eadf352a2265ccd3a0995aa7635eec9e",
      "name": "SchoolName",
      "type": "query",
      "body": "query SchoolName {\n  school {\n    ...Named\n    __typename\n  }\n}\n\nfragment Named on School {\n  name\n  __typename\n}"
    }
  ]
}"""


@pytest.fixture
def register(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Register:
    """A function that writes a manifest, runs the command and returns its output."""

    def run(manifest: Any, *options: str) -> str:
        file = tmp_path / "manifest.json"
        file.write_text(json.dumps(manifest))
        try:
            call_command("register_documents", str(file), *options)
        except CommandError as error:
            raise CommandError(f"{capsys.readouterr().out}{error}") from error
        return capsys.readouterr().out

    return run


def registered() -> dict[str, str]:
    return dict(TrustedDocument.objects.values_list("document_id", "text"))


def test_documents_are_registered_once(register: Register) -> None:
    manifest = {"a": SCHOOL, f"sha256:{sha256_of(VIEWER)}": VIEWER}
    assert register(manifest) == "2 added, 0 replaced, 0 unchanged.\n"
    assert registered() == {"a": SCHOOL, sha256_of(VIEWER): VIEWER}
    row = TrustedDocument.objects.get(document_id="a")
    assert (row.name, row.sha256) == ("School", sha256_of(SCHOOL))
    assert register({**manifest, "b": SCHOOL}) == "1 added, 0 replaced, 2 unchanged.\n"


def test_nothing_is_registered_if_one_document_is_invalid(register: Register) -> None:
    manifest = {
        "a": SCHOOL,
        "b": "query Wrong { nonsense }",
        "c": "{ viewer {",
        "d": f"query Long {{ school {{ name }} }} # {'x' * 20_000}",
        "e": "fragment F on School { name }",
        "no id": VIEWER,
        "0" * 64: VIEWER,
    }
    with pytest.raises(CommandError) as raised:
        register(manifest)
    *lines, last = str(raised.value).splitlines()
    assert last == "Nothing was registered: 6 of 7 documents are not valid."
    assert registered() == {}
    by_document = {line.partition(": ")[0]: line.partition(": ")[2] for line in lines}
    assert "Cannot query field 'nonsense' on type 'Query'" in by_document["b"]
    assert by_document["c"].startswith("Syntax Error")
    assert "exceeds the limit of 20000" in by_document["d"]
    assert set(by_document) == {"b", "c", "d", "e", "Me (no id)", f"Me ({'0' * 64})"}
    assert by_document[f"Me ({'0' * 64})"] == "The id is not the SHA-256 digest of the document."


def test_check_registers_nothing(register: Register) -> None:
    assert register({"a": SCHOOL}, "--check") == "1 documents are valid. Nothing was registered.\n"
    with pytest.raises(CommandError, match="1 of 1 documents"):
        register({"a": "{ nonsense }"}, "--check")
    assert registered() == {}


def test_text_of_an_id_is_replaced_only_on_request(register: Register) -> None:
    register({"a": SCHOOL})
    with pytest.raises(CommandError, match=r"Me \(a\): Another document is registered"):
        register({"a": VIEWER, "b": VIEWER})
    assert registered() == {"a": SCHOOL}
    assert register({"a": VIEWER, "b": VIEWER}, "--replace") == (
        "1 added, 1 replaced, 0 unchanged.\n"
    )
    assert registered() == {"a": VIEWER, "b": VIEWER}
    assert TrustedDocument.objects.get(document_id="a").sha256 == sha256_of(VIEWER)


@pytest.mark.slow
def test_many_documents_are_registered_and_removed(register: Register) -> None:
    manifest = {f"id-{number}": f"{SCHOOL} # {number}" for number in range(1_201)}
    assert register(manifest) == "1201 added, 0 replaced, 0 unchanged.\n"
    assert register(manifest) == "0 added, 0 replaced, 1201 unchanged.\n"
    assert register(manifest, "--remove") == "1201 of 1201 documents removed.\n"
    assert registered() == {}


def test_registration_of_another_process_is_kept(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = TrustedDocument.objects.bulk_create

    def create_later(rows: list[TrustedDocument], **options: Any) -> Any:
        # The other process has committed after this one has looked.
        create([TrustedDocument(document_id="a", sha256=sha256_of(VIEWER), text=VIEWER)])
        monkeypatch.undo()
        return create(rows, **options)

    monkeypatch.setattr(TrustedDocument.objects, "bulk_create", create_later)
    with pytest.raises(CommandError, match=r"School \(a\): Another document is registered"):
        register({"a": SCHOOL})


def test_registrations_are_removed(register: Register) -> None:
    register({"a": SCHOOL, "b": VIEWER})
    manifest = {"a": "{ nonsense }", "other": SCHOOL}
    assert register(manifest, "--remove") == "1 of 2 documents removed.\n"
    assert registered() == {"b": VIEWER}


def test_manifest_of_apollo_is_registered(register: Register) -> None:
    assert register(json.loads(APOLLO)) == "2 added, 0 replaced, 0 unchanged.\n"
    names = TrustedDocument.objects.values_list("name", flat=True)
    assert list(names) == ["Out", "SchoolName"]


@pytest.mark.parametrize(("name", "value"), [("name", "Other"), ("type", "query")])
def test_name_and_type_of_apollo_must_match(register: Register, name: str, value: str) -> None:
    manifest = json.loads(APOLLO)
    manifest["operations"][0][name] = value
    with pytest.raises(CommandError, match="that the manifest describes"):
        register(manifest)
    assert registered() == {}


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("register_documents", str(tmp_path / "missing.json"))
