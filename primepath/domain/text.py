"""Compare, check and convert text."""

from __future__ import annotations

import re
import unicodedata

# A username has at most 150 characters, and NFKC joins up to four.
_MAX_NORMALIZED_LENGTH = 600

_NUMBER = re.compile(r"\d+")
_CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Unicode's property Default_Ignorable_Code_Point (DerivedCoreProperties.txt, version 16.0). Added are the blank Braille
# pattern, marks of annotations, joiners of hieroglyphs, the Khitan filler and a musical null notehead.
_NOT_DISPLAYED = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\u2800\ufff9-\ufffb\U00013430-\U0001343f\U00016fe4\U0001d159"
)
_BLANK = re.compile(rf"[\s{_NOT_DISPLAYED}]*")


def fold(text: str) -> str:
    """Return the form of ``text`` in which names are compared, sorted and searched, on every database.

    Case is folded, and composed and decomposed characters become equal (Unicode, caseless matching, D145): "Élan", "ÉLAN"
    and "E" + combining accent + "lan" are one name. Folded texts compare by code point.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def natural_key(text: str) -> str:
    """Return a sort key: by code point, keys are in the natural order of their texts. Numbers are compared by value.

    Each number is written in ASCII digits, without leading zeros, after its number of digits: ``9`` is ``19`` and ``10`` is
    ``210``. Texts that differ only in leading zeros or in the kind of digits have the same key.
    """
    return _NUMBER.sub(_with_length, text)


def _with_length(number: re.Match[str]) -> str:
    digits = "".join(str(unicodedata.decimal(digit)) for digit in number[0]).lstrip("0") or "0"
    length = len(digits)
    # 9 announces a length of three digits. Names with longer numbers do not exist.
    return f"{length if length < 9 else f'9{min(length, 999):03}'}{digits}"


def camel_case(name: str) -> str:
    """Return a Python name as GraphQL writes it: ``scheduledDate`` for ``scheduled_date``."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def has_forbidden_characters(text: str) -> bool:
    """Return whether ``text`` contains NUL, which no database stores, or a lone surrogate, which no JSON can contain."""
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)


def has_control_characters(text: str) -> bool:
    """Return whether ``text`` contains a control character other than tab, line feed and carriage return."""
    return _CONTROL_CHARACTER.search(text) is not None


def is_blank(text: str) -> bool:
    """Return whether people see nothing of ``text``: only spaces and characters that are not displayed.

    Such characters are valid next to visible ones: U+200D joins emoji, U+115F and U+1160 fill incomplete Hangul syllables.
    """
    return _BLANK.fullmatch(text) is not None


def normalize_username(text: str) -> str:
    """Return a username in the form in which it is stored and compared: in NFKC, without spaces around it.

    Django's forms do the same. They also leave longer texts as they are, because normalizing can take quadratic time.
    """
    text = text.strip()
    return unicodedata.normalize("NFKC", text) if len(text) <= _MAX_NORMALIZED_LENGTH else text


def label_of(code: str) -> str:
    """Return the English label of a value such as ``IN_PROGRESS``: ``In progress``."""
    return code.replace("_", " ").capitalize()
