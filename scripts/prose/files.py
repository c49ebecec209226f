"""Which files are read, and how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.prose.read_markup import read_graphql, read_markdown, read_template
from scripts.prose.read_python import read_python
from scripts.prose.read_scripts import read_hash_comments, read_javascript, read_style_sheet
from scripts.prose.text import Text

ROOT = Path(__file__).parent.parent.parent
COUNTS_FILE = ROOT / "tests" / "prose_counts.json"

_SKIPPED_FOLDERS = {"node_modules", "vendor", "migrations", "var", "staticfiles", "__pycache__"}
_SUFFIXES = {".py", ".md", ".html", ".graphql", ".js", ".mjs", ".css", ".yaml"}
_HASH_FILES = {"Makefile", "run", "production.in", "development.in", "pyproject.toml"}
_TESTS = ("tests",)
# Pages that a program writes. Their sentences are strings of that program.
_GENERATED = {"RESULTS.md", "PEERS.md", "ANSWERS.md"}


def files(paths: Iterable[Path] = (ROOT,)) -> Iterator[Path]:
    """Yield the files below the paths that contain prose, sorted."""
    for path in paths:
        if path.is_dir():
            yield from files(sorted(each for each in path.iterdir() if not _is_skipped(each)))
        elif path.suffix in _SUFFIXES or path.name in _HASH_FILES:
            yield path


def texts(path: Path) -> Iterator[Text]:
    """Yield the texts of a file."""
    source = path.read_text(encoding="utf-8")
    shown = path.resolve()
    shown = shown.relative_to(ROOT) if shown.is_relative_to(ROOT) else shown
    top = shown.parts[0]
    match path.suffix:
        case ".py":
            strings, descriptions = top not in _TESTS, top == "schema"
            yield from read_python(shown, source, strings=strings, descriptions=descriptions)
        case ".md":
            yield from read_markdown(shown, source)
        case ".html":
            yield from read_template(shown, source)
        case ".graphql":
            yield from read_graphql(shown, source, is_public=top not in _TESTS)
        case ".js" | ".mjs":
            yield from read_javascript(shown, source, strings="static" in shown.parts)
        case ".css":
            yield from read_style_sheet(shown, source)
        case _:
            yield from read_hash_comments(shown, source)


def _is_skipped(path: Path) -> bool:
    if path.name in _SKIPPED_FOLDERS or path.name in _GENERATED:
        return True
    return path.name.startswith(".") and path.name not in {".ci", ".pre-commit-config.yaml"}
