"""Docstrings, comments, descriptions and strings of a Python file."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from scripts.prose.text import Kind, Text, hide_code

_MACHINE = re.compile(r"#(?:!|\s*(?:type:|noqa|pragma:|mypy:|fmt:|ruff:))")
_NOT_PROSE = re.compile(
    r"\{\s*\n|^\s*[<{\[]|\\[bsw]|\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|WITH|SET|BEGIN|VALUES|FROM) "
)
_THREE_WORDS = re.compile(r"[A-Za-z]+,? [A-Za-z]+,? [A-Za-z]")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sdr]|\{\w*(?:![rs])?(?::[^{}]*)?\}")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_LABELS = {"description", "help", "help_text", "verbose_name", "verbose_name_plural", "label"}
_LABELS |= {"message", "search_help_text", "short_description", "empty_value_display"}
_GETTEXT = {
    "_",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
}


def read_python(path: Path, source: str, *, strings: bool, descriptions: bool) -> Iterator[Text]:
    """Yield the texts of a file. ``strings``: also strings that users read.

    ``descriptions``: strings named ``description`` are descriptions of the GraphQL schema.
    """
    tree = ast.parse(source)
    yield from _comments(path, source)
    docstrings = {id(node): node for node in _docstrings(tree)}
    for node in docstrings.values():
        yield Text(path, node.lineno, Kind.DOCSTRING, hide_code(_without_code_blocks(node.value)))
    if strings:
        yield from _strings(path, tree, set(docstrings), descriptions)


def _comments(path: Path, source: str) -> Iterator[Text]:
    """Comments; consecutive lines of comments are one text."""
    lines: list[str] = []
    first = last = column = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT or _MACHINE.match(token.string):
            continue
        line, start = token.start
        if lines and (line, start) != (last + 1, column):
            yield Text(path, first, Kind.COMMENT, hide_code("\n".join(lines)))
            lines = []
        if not lines:
            first, column = line, start
        last = line
        lines.append(token.string.lstrip("#:").strip())
    if lines:
        yield Text(path, first, Kind.COMMENT, hide_code("\n".join(lines)))


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Docstrings, also those below an attribute."""
    for node in ast.walk(tree):
        if not isinstance(node, _DOCUMENTED):
            continue
        for statement in node.body:
            match statement:
                case ast.Expr(value=ast.Constant(value=str()) as docstring):
                    yield docstring


def _without_code_blocks(docstring: object) -> str:
    """Replace indented blocks after ``::`` with blank lines."""
    kept, is_code, margin = [], False, 0
    for line in str(docstring).split("\n"):
        indent = len(line) - len(line.lstrip())
        is_code = is_code and (not line.strip() or indent > margin)
        kept.append("" if is_code else line)
        if line.rstrip().endswith("::"):
            is_code, margin = True, indent
    return "\n".join(kept)


def _strings(path: Path, tree: ast.Module, seen: set[int], descriptions: bool) -> Iterator[Text]:
    """Labels and messages of any length, and other strings that look like sentences."""
    for node in ast.walk(tree):
        for value in _texts_for_people(node):
            is_description = (
                descriptions and isinstance(node, ast.keyword) and node.arg == "description"
            )
            for string, line in _joined(value, seen):
                yield _public(
                    path, line, string, Kind.DESCRIPTION if is_description else Kind.STRING
                )
    # Nodes above others come first, so a string with placeholders is read before its parts.
    for node in ast.walk(tree):
        for string, line in _joined(node, seen):
            if _THREE_WORDS.search(string) and not _NOT_PROSE.search(string):
                yield _public(path, line, string, Kind.STRING)


def _texts_for_people(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.keyword) and node.arg in _LABELS:
        yield node.value
    if isinstance(node, ast.Assign) and any(_name(each) in _LABELS for each in node.targets):
        yield node.value
    if isinstance(node, ast.Call) and _name(node.func) in _GETTEXT:
        yield from node.args


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _joined(node: ast.AST, seen: set[int]) -> Iterator[tuple[str, int]]:
    """Yield the string that an expression makes, with its line; none of its parts is read again."""
    if isinstance(node, ast.Call | ast.Attribute | ast.Name) or id(node) in seen:
        return
    if isinstance(node, ast.IfExp):
        yield from _joined(node.body, seen)
        yield from _joined(node.orelse, seen)
    elif isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp) and (string := _text(node)):
        seen |= {id(each) for each in ast.walk(node)}
        yield string, getattr(node, "lineno", 1)


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str() as value):
            return value
        case ast.JoinedStr(values=values):
            return "".join(_text(each) or "CODE" for each in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left) + _text(right)
        case ast.BinOp(left=left, op=ast.Mod()):
            return _text(left)
    return ""


def _public(path: Path, line: int, string: str, kind: Kind) -> Text:
    # The value has other line breaks than the file.
    return Text(path, line, kind, " ".join(hide_code(_PLACEHOLDER.sub("CODE", string)).split()))
