"""Texts of pages in Markdown, templates in HTML and documents in GraphQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from graphql.language import Token, TokenKind, parse

from scripts.prose.text import Kind, Text, hide_code

_FENCE = re.compile(r"^([ >]*)(```+|~~~+).*?^\1\2`*\s*?$", re.DOTALL | re.MULTILINE)
_HTML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HTML_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_LINK_TARGET = re.compile(r"\]\([^)\s]+\)|<https?://[^>]+>|https?://\S+")
_NEW_BLOCK = re.compile(r"\s*(?:[-*+]\s|\d+\.\s|#|\||>|$)")
_NOT_SHOWN = re.compile(
    r"\{#.*?#\}|\{% comment.*?endcomment %\}|<(script|style)\b.*?</\1>|<!.*?>", re.DOTALL
)
_TEMPLATE_CODE = re.compile(r"<(code|pre)\b.*?</\1>", re.DOTALL)
_TEMPLATE_TAG = re.compile(r"\{%.*?%\}", re.DOTALL)
_TEMPLATE_VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_TEMPLATE_COMMENT = re.compile(r"\{# (.*?)#\}|<!--(.*?)-->", re.DOTALL)
_SPOKEN_ATTRIBUTE = re.compile(
    r"\b(?:aria-label|title|placeholder|alt|content)=\"([^\"{}]* [^\"]*)\""
)
_SENTENCE_OF_TEMPLATE = re.compile(r"[^\n<>]*\w[^<>]*")


def read_markdown(path: Path, source: str) -> Iterator[Text]:
    """Yield each paragraph, list item, table cell and heading."""
    for pattern in (_FENCE, _HTML_COMMENT):
        source = _replace(pattern, "", source)
    # A line break in a cell separates texts, as the border of a cell does.
    source = source.replace("<br>", "|")
    lines = hide_code(_HTML_TAG.sub(" ", _LINK_TARGET.sub("]", source))).split("\n")
    block: list[str] = []
    first = 1
    for number, line in enumerate([*lines, ""], 1):
        if _NEW_BLOCK.match(line):
            yield from _block(path, first, block)
            block, first = [], number
        block.append(line)
        if line.lstrip().startswith("|"):
            for cell in line.split("|"):
                yield from _block(path, number, [cell])
            block, first = [], number + 1
    yield from _block(path, first, block)


def _block(path: Path, line: int, lines: list[str]) -> Iterator[Text]:
    """A text of these lines, without blank ones in front."""
    for number, each in enumerate(lines):
        if each.strip():
            yield Text(path, line + number, Kind.PAGE, "\n".join(lines[number:]))
            return


def _replace(pattern: re.Pattern[str], word: str, source: str) -> str:
    """Replace what the pattern matches, and keep the line breaks."""
    return pattern.sub(lambda found: word + "\n" * found[0].count("\n"), source)


def read_template(path: Path, source: str) -> Iterator[Text]:
    """Yield the words of a template, and its comments."""
    for found in _TEMPLATE_COMMENT.finditer(source):
        line = source.count("\n", 0, found.start()) + 1
        yield Text(path, line, Kind.COMMENT, hide_code(found[1] or found[2]))
    for pattern, word in ((_NOT_SHOWN, ""), (_TEMPLATE_CODE, "CODE"), (_TEMPLATE_TAG, "")):
        source = _replace(pattern, word, source)
    source = _TEMPLATE_VALUE.sub("CODE", source)
    for found in _SPOKEN_ATTRIBUTE.finditer(source):
        yield Text(path, source.count("\n", 0, found.start()) + 1, Kind.PAGE, found[1])
    source = _HTML_TAG.sub(lambda found: "<" + "\n" * found[0].count("\n") + ">", source)
    for found in _SENTENCE_OF_TEMPLATE.finditer(source):
        line = source.count("\n", 0, found.start()) + 1
        yield Text(path, line, Kind.PAGE, hide_code(found[0]))


def read_graphql(path: Path, source: str, *, is_public: bool) -> Iterator[Text]:
    """Yield descriptions and comments. ``is_public``: the comments are for users, as in examples."""
    document = parse(source)
    assert document.loc is not None
    comments: list[Token] = []
    token: Token | None = document.loc.start_token
    while token is not None:
        is_comment = token.kind is TokenKind.COMMENT
        if comments and not (is_comment and token.line == comments[-1].line + 1):
            yield _graphql_comment(path, comments, is_public)
            comments = []
        if is_comment:
            comments.append(token)
        elif token.kind is TokenKind.BLOCK_STRING:
            words = hide_code(source[token.start + 3 : token.end - 3])
            yield Text(path, token.line, Kind.DESCRIPTION, words)
        token = token.next


def _graphql_comment(path: Path, tokens: list[Token], is_public: bool) -> Text:
    words = hide_code("\n".join((token.value or "").strip() for token in tokens))
    return Text(path, tokens[0].line, Kind.PAGE if is_public else Kind.COMMENT, words)
