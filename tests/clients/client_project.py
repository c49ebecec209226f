"""A TypeScript project with the programs of `docs/clients/`, built like a front-end team's project."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.clients.node import FOLDER, run_node
from tests.pages import CLIENTS, ROOT, Block, blocks

_MODULES = ("CacheSettings.ts", "OfflineQueue.ts")
"""The ends of the names of files that a program imports."""
PAGES = sorted(CLIENTS.glob("*.md"))
_TYPES = {
    "compilerOptions": {
        "strict": True,
        "noEmit": True,
        "noUncheckedIndexedAccess": True,
        "target": "ES2022",
        "module": "ESNext",
        "moduleResolution": "bundler",
        "lib": ["ES2023", "DOM", "ESNext.Disposable"],
        "types": ["node"],
        "skipLibCheck": True,
    },
    "include": ["*.ts"],
}


def _file(page: Path, block: Block) -> str | None:
    """Return the file that a block belongs to: the file named after its language, or the page's program."""
    if block.word and "." in block.word:
        return block.word
    return f"{page.stem}.ts" if block.language == "ts" else None


class ClientProject:
    """The files of all pages, next to the committed schema."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs: dict[str, str] = {}
        (folder / "node_modules").symlink_to(FOLDER / "node_modules")
        (folder / "documents").mkdir()
        shutil.copy(ROOT / "schema" / "schema.graphql", folder)
        self.write("tsconfig.json", json.dumps(_TYPES))
        for page in PAGES:
            self._write_files(page)

    def _write_files(self, page: Path) -> None:
        found = blocks(page.read_text())
        documents = [block.text for block in found if block.language == "graphql"]
        self.write(f"documents/{page.stem}.graphql", "\n".join(documents))
        files: dict[str, str] = {}
        for block in found:
            if name := _file(page, block):
                files[name] = files.get(name, "") + block.text
        for name, text in files.items():
            # `export {}` makes a file without imports a module.
            self.write(name, f"{text}export {{}};\n" if name.endswith(".ts") else text)
            if name.endswith(".ts") and not name.endswith(_MODULES):
                self.programs[name] = "".join(
                    block.text for block in found if block.language == "text"
                )

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def generate(self) -> subprocess.CompletedProcess[str]:
        """Generate the types of the documents in ``generated.ts``."""
        return self._tool("@graphql-codegen/cli", "graphql-codegen", "--config", "codegen.json")

    def compile_for_relay(self) -> subprocess.CompletedProcess[str]:
        return self._tool("relay-compiler", "relay-compiler", "relay.config.json")

    def check_types(self) -> subprocess.CompletedProcess[str]:
        return self._tool("typescript", "tsc", "--project", ".")

    def bundle_programs(self) -> subprocess.CompletedProcess[str]:
        return self.bundle(*self.programs)

    def bundle(self, *names: str) -> subprocess.CompletedProcess[str]:
        return run_node("programs.mjs", str(self.folder), *names)

    def run(self, name: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        program = self.folder / re.sub(r"\.ts$", ".mjs", name)
        return run_node(str(program), environment=environment)

    def _tool(
        self, package: str, command: str, *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of a package in the folder."""
        home = FOLDER / "node_modules" / package
        described = home / "package.json"
        commands = json.loads(described.read_text())["bin"] if described.exists() else {}
        script = commands if isinstance(commands, str) else commands.get(command, "")
        return run_node(str(home / script), *arguments, folder=self.folder)
