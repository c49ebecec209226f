"""The manifests that Relay's compiler and graphql-codegen write are registered, and their documents run by their ids."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.clients.client_project import ClientProject
from tests.processes import PATIENCE, ROOT
from tests.server import Server, running_server

pytestmark = pytest.mark.one_database

CLIENT_PRESET = {
    "schema": "schema.graphql",
    "documents": "app.graphql",
    "generates": {
        "gql/": {
            "preset": "client",
            "presetConfig": {"persistedDocuments": {"hashAlgorithm": "sha256"}},
        }
    },
}
DOCUMENTS = """query SchoolName { school { ...Named } }
fragment Named on School { name }
query Who { viewer { username } }
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("trusted"), TRUSTED_DOCUMENTS_ONLY="1") as server:
        yield server


@pytest.fixture
def project(tmp_path: Path) -> ClientProject:
    return ClientProject(tmp_path)


def register(server: Server, manifest: Path) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "register_documents", str(manifest)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": server.database_url},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout


def run(server: Server, id: str) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {server.token}"}
    response = httpx.post(
        f"{server.address}/graphql", json={"documentId": id}, headers=headers, timeout=PATIENCE
    )
    found: dict[str, object] = response.json()
    return found


def assert_all_run(server: Server, manifest: Path) -> None:
    documents = json.loads(manifest.read_text())
    for id in documents:
        assert run(server, id)["errors"]
    assert register(server, manifest) == f"{len(documents)} added, 0 replaced, 0 unchanged.\n"
    for id in documents:
        assert set(run(server, id)) == {"data"}


def test_manifest_of_graphql_codegen(server: Server, project: ClientProject) -> None:
    project.write("app.graphql", DOCUMENTS)
    project.write("codegen.json", json.dumps(CLIENT_PRESET))
    done = project.generate()
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    manifest = project.folder / "gql" / "persisted-documents.json"
    documents = json.loads(manifest.read_text())
    assert len(documents) == 2
    assert all(hashlib.sha256(text.encode()).hexdigest() == id for id, text in documents.items())
    assert_all_run(server, manifest)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA256"])
def test_manifest_of_relay(server: Server, project: ClientProject, algorithm: str) -> None:
    config = json.loads((project.folder / "relay.config.json").read_text())
    config["persistConfig"] = {"file": "persisted_queries.json", "algorithm": algorithm}
    project.write("relay.config.json", json.dumps(config))
    project.write("persisted_queries.json", "{}")
    program = "import { graphql } from 'relay-runtime';\n"
    name = f"App{algorithm}"
    project.write(f"{name}.ts", f"{program}graphql`query {name}Query {{ school {{ name }} }}`;\n")
    (project.folder / "Quarter.ts").unlink()
    done = project.compile_for_relay()
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    assert_all_run(server, project.folder / "persisted_queries.json")
