"""Comments of scripts, style sheets and settings files, and the words of scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scripts.prose.text import Kind, Text, hide_code

_JAVASCRIPT = re.compile(
    r"""
    (?P<lines>(?:^[ \t]*//[^\n]*\n?)+ | //[^\n]*)
  | (?P<block>/\*.*?\*/)
  | (?P<string>"(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | `(?:\\.|\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\}|[^`\\])*`)
  | (?P<regex>(?<=[(,=:!&|?;\[{}\n])[ ]*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+/)
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_HASH_COMMENT = re.compile(r"(?:^[ \t]*#(?!!)[^\n]*\n?)+|(?<=\s)#(?!!)\s[^\n]*", re.MULTILINE)
_HELP = re.compile(r"^[\w-]+:.*?## (.*)$", re.MULTILINE)
_MARKS = re.compile(r"^[ \t]*(?://+|/?\*+/?|#+)|\*/", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}+")
_THREE_WORDS = re.compile(r"[A-Za-z]+,? [A-Za-z]+,? [A-Za-z]")
_NOT_PROSE = re.compile(r"[{<;]\s*\n|^\s*[<{#.@]|use strict")


def read_javascript(path: Path, source: str, *, strings: bool) -> Iterator[Text]:
    """Yield the comments of a script and, if ``strings``, its strings that look like sentences."""
    for found in _JAVASCRIPT.finditer(source):
        line = source.count("\n", 0, found.start()) + 1
        if comment := found["lines"] or found["block"]:
            yield Text(path, line, Kind.COMMENT, hide_code(_MARKS.sub("", comment)))
        elif (string := found["string"]) and strings:
            words = _PLACEHOLDER.sub("CODE", string[1:-1])
            if _THREE_WORDS.search(words) and not _NOT_PROSE.search(words):
                yield Text(path, line, Kind.STRING, words)


def read_style_sheet(path: Path, source: str) -> Iterator[Text]:
    for found in _CSS_COMMENT.finditer(source):
        line = source.count("\n", 0, found.start()) + 1
        yield Text(path, line, Kind.COMMENT, hide_code(_MARKS.sub("", found[0])))


def read_hash_comments(path: Path, source: str) -> Iterator[Text]:
    """Yield the comments that begin with ``#``, and the help of a Makefile's targets."""
    for found in _HELP.finditer(source):
        line = source.count("\n", 0, found.start(1)) + 1
        yield Text(path, line, Kind.STRING, hide_code(found[1]))
    for found in _HASH_COMMENT.finditer(source):
        if not found[0].lstrip().startswith("##"):
            line = source.count("\n", 0, found.start()) + 1
            yield Text(path, line, Kind.COMMENT, hide_code(_MARKS.sub("", found[0])))
