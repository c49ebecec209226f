"""Update the translations: ``make messages``.

It reads the messages of the code and the templates, adds new ones to ``locale/ko/LC_MESSAGES/django.po``, removes old
ones, and compiles the file. Translations of other messages stay as they are. Messages that are not translated yet are
printed. Both files belong to the repository, because a server needs no tool to read the compiled one.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("ko",)
_SOURCES = ("primepath", "schema", "loaders")
_KEYWORDS: Any = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
_COMMENT = "# Translations of PrimePath. `make messages` updates and compiles this file."
_PERCENT = re.compile(r"%(?:\((\w+)\))?[sd]")


class Messages(Catalog):
    """A catalogue without dates and names of tools, so that its file changes only with its messages."""

    def _headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", str(self.locale)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", str(self.plural_forms)),
        ]

    mime_headers: Any = property(_headers)
    header_comment: Any = property(lambda self: _COMMENT)


def _empty(language: str) -> Messages:
    return Messages(locale=language, fuzzy=False)


def po_file(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def mo_file(language: str) -> Path:
    return po_file(language).with_suffix(".mo")


def extracted() -> list[Message]:
    """Return the messages of the code and of the templates, each with the files that contain it."""
    found = Messages()
    for path in _files():
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            # Django turns the template into something like Python: a line of calls of gettext between other letters.
            text = f"({templatize(text, origin=str(path))})".replace("\n", " ")
        for _line, function, ids, _comments in extract_python(
            io.BytesIO(text.encode()), _KEYWORDS, (), {}
        ):
            for id, context in _ids(function, ids):
                found.add(id, locations=[(str(path.relative_to(ROOT)), 0)], context=context)
    return [message for message in found if message.id]


def _files() -> Iterator[Path]:
    for source in _SOURCES:
        for folder, folders, names in sorted(os.walk(ROOT / source)):
            folders[:] = [each for each in folders if each not in {"migrations", "__pycache__"}]
            for name in sorted(names):
                if name.endswith((".py", ".html")):
                    yield Path(folder, name)


def _ids(function: Any, ids: Any) -> Iterator[tuple[Any, str | None]]:
    # None: the argument is no literal.
    texts = [ids] if isinstance(ids, str) else [each for each in ids or () if isinstance(each, str)]
    match function, texts:
        case (("ngettext" | "ngettext_lazy"), [one, many, *_]):
            yield (one, many), None
        case (("pgettext" | "pgettext_lazy"), [context, text, *_]):
            yield text, context
        case (("npgettext" | "npgettext_lazy"), [context, one, many, *_]):
            yield (one, many), context
        case _, [text, *_]:
            yield text, None


def stored(language: str) -> Messages:
    """Return the messages of the file in the repository."""
    messages = _empty(language)
    if po_file(language).exists():
        for message in read_po(io.BytesIO(po_file(language).read_bytes()), locale=language):
            if message.id:
                messages[message.id] = message
    return messages


def updated(language: str) -> Messages:
    """Return the messages of the code, with the stored translations."""
    before, after = stored(language), _empty(language)
    for message in extracted():
        known = before.get(_key(message), message.context)
        has_same_forms = known is not None and known.pluralizable == message.pluralizable
        translation = known.string if known is not None and has_same_forms else ""
        if message.pluralizable and not translation:
            translation = ("",) * after.num_plurals
        after.add(
            message.id,
            translation,
            locations=message.locations,
            flags=known.flags & {"fuzzy"} if known is not None else (),
            context=message.context,
        )
    return after


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def as_po(messages: Messages) -> bytes:
    file = io.BytesIO()
    write_po(file, messages, width=0, sort_by_file=True, include_lineno=False)
    return file.getvalue()


def as_mo(messages: Messages) -> bytes:
    file = io.BytesIO()
    write_mo(file, messages)
    return file.getvalue()


def problems(messages: Iterable[Message]) -> Iterator[str]:
    """Yield what is wrong with the translations: missing, fuzzy, or with other placeholders than the message."""
    for message in messages:
        if not message.id:
            continue
        where, shown = message.locations[0][0] if message.locations else "", repr(_key(message))
        string: Any = message.string
        texts = [string] if isinstance(string, str) else list(string or ())
        if not texts or not all(texts):
            yield f"{where}: not translated: {shown}"
        elif message.fuzzy:
            yield f"{where}: fuzzy: {shown}"
        else:
            # A language with one form for all numbers uses the placeholders of the plural.
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            for text in texts:
                if placeholders(text) != placeholders(ids[-1]):
                    yield f"{where}: other placeholders: {shown}: {text!r}"


def placeholders(text: str) -> set[str]:
    """Return the names in braces, and placeholders such as ``%(name)s`` of templates."""
    try:
        names = {f"{{{name}}}" for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {f"invalid braces in {text!r}"}
    return names | {found[0] for found in _PERCENT.finditer(text)}


def main() -> int:
    found: list[str] = []
    for language in LANGUAGES:
        messages = updated(language)
        po_file(language).parent.mkdir(parents=True, exist_ok=True)
        po_file(language).write_bytes(as_po(messages))
        mo_file(language).write_bytes(as_mo(messages))
        found += problems(messages)
    for problem in found:
        print(problem)
    print(f"{len(found)} problems")
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main())
