"""Codes of classes: their spelling in the file and here, and the grade in a code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from primepath.domain.cell import is_class_code
from primepath.domain.school_class import FIRST_GRADE, LAST_GRADE, Division

_MAX_LENGTH = 32
_NOT_IN_CODES = re.compile(r"[^A-Za-z0-9_-]+")
_BLANKS = re.compile(r"\s+")
_SPEAKING = re.compile(
    r"(?:(?P<division>PRIMARY|MIDDLE|HIGH|CLASS)_)?(?P<grade>[1-9]|1[0-2])(?P<section>[A-Z])",
    re.ASCII,
)
_GRADE_NAME = re.compile(r"\s*(?:Grade\s+)?(\d{1,2})\s*", re.IGNORECASE)

# The grade of each class that the original ever had, by its own table. None: it had none.
KNOWN_GRADES: dict[str, int | None] = {
    "PS1": 0,
    "P1": 1,
    "P2": 2,
    "A2": 2,
    "B2": 2,
    "B3": 3,
    "B4": 4,
    "B5": 5,
    "S2": 2,
    "S3": None,
    "H1": 6,
    "H2": 7,
    "H3": None,
    "H4": 8,
    "C2": 6,
    "C3": 7,
    "C4": 8,
    "C5": 9,
    "D2": 2,
    "D3": 3,
    "D4": 4,
    "Young-cho2": 2,
    "Young-choM": 6,
    "Chung-choM": 7,
    "Chung-cho1": 8,
    "Chung-cho4": None,
    "SejongM": 8,
    "MAS": 9,
    "TaejoC": None,
    "TaejoD": 10,
    "TaejoDC": 10,
    "TaejoE": None,
    "TaejoG": 10,
    "SungjongM": 11,
    "Sungjong2": 11,
    "Sungjong3": 11,
    "Sungjong4": None,
    "SungjongC": 11,
    "High1_SaiSun_3-5": 10,
    "High1_SaiSun_5-7": 10,
    "High1V2_SaiSun_11-1": 11,
    "High1V2_SaiSun_1-3": 11,
    "High1_SatSun_3-5": 10,
    "High1_SatSun_5-7": 10,
    "High1_2_SatSun_11-1": 10,
    "High1_2_SatSun_1-3": 10,
    **{f"PINNACLE_{part}{number}": 10 for part in "VESP" for number in (1, 2)},
}


def sanitized(raw: str) -> str:
    """Return a valid code for ``raw``, or an empty text if nothing of it can be in a code."""
    return _NOT_IN_CODES.sub("_", raw).strip("_")[:_MAX_LENGTH].strip("_")


class ClassCodes:
    """The class code for each spelling of the file."""

    def __init__(self, spellings: Iterable[str], given: Mapping[str, str]) -> None:
        self._codes: dict[str, str] = {}
        owners: dict[str, str] = {}
        spellings = sorted({*spellings, *given})
        # A valid code is always its own, and one that an operator or an earlier import has decided stays.
        for raw in sorted(spellings, key=lambda raw: (raw not in given, not is_class_code(raw))):
            code = given.get(raw) or self._choose(raw, owners)
            if code:
                self._codes[raw] = code
                owners.setdefault(code, raw)
        self._folded: defaultdict[str, set[str]] = defaultdict(set)
        self._folded_spellings: defaultdict[str, set[str]] = defaultdict(set)
        for raw, code in self._codes.items():
            self._folded[code.casefold()].add(code)
            self._folded_spellings[raw.casefold()].add(code)

    def __getitem__(self, raw: str) -> str:
        """Return the code of a spelling. Raises `KeyError` if it has no valid code."""
        return self._codes[raw]

    def get(self, raw: str) -> str | None:
        return self._codes.get(raw)

    def all(self) -> list[str]:
        return sorted(set(self._codes.values()))

    def spelled(self) -> dict[str, str]:
        """Return the spellings that differ from their code."""
        return {raw: code for raw, code in sorted(self._codes.items()) if raw != code}

    def folded(self, raw: str) -> set[str]:
        """Return the codes with a spelling that differs from ``raw`` only in case. The very spelling is the only one if it exists."""
        code = self._codes.get(raw)
        if code is not None:
            return {code}
        folded = raw.casefold()
        return self._folded_spellings.get(folded) or self._folded.get(folded, set())

    def twins(self) -> list[list[str]]:
        """Return the codes that differ only in case. They are several classes."""
        return [sorted(codes) for codes in self._folded.values() if len(codes) > 1]

    def _choose(self, raw: str, owners: Mapping[str, str]) -> str:
        base = code = sanitized(raw)
        number = 1
        while code in owners and not _differ_in_blanks(raw, owners[code]):
            number += 1
            suffix = f"-{number}"
            code = base[: _MAX_LENGTH - len(suffix)] + suffix
        return code


def _differ_in_blanks(one: str, other: str) -> bool:
    return _BLANKS.sub("_", one.strip()) == _BLANKS.sub("_", other.strip())


class GradeOfClass(NamedTuple):
    """Division, grade and section of a class, as far as they are known."""

    division: Division
    grade: int
    section: str
    is_known: bool


def grade_of(code: str, grade_name: str, first_grade_of_program: int | None) -> GradeOfClass:
    """Return the grade in the code, else a known one, else the row's own, else the lowest of its program."""
    if match := _SPEAKING.fullmatch(code):
        grade = int(match["grade"])
        prefix = match["division"]
        division = Division(prefix) if prefix in {*Division} else _division(grade)
        return GradeOfClass(division, grade, match["section"], is_known=True)
    grade_found = KNOWN_GRADES.get(code)
    if grade_found is None and (match := _GRADE_NAME.fullmatch(grade_name)):
        grade_found = int(match[1])
    if grade_found is None:
        grade_found = first_grade_of_program
    is_known = grade_found is not None and FIRST_GRADE <= grade_found <= LAST_GRADE
    grade = grade_found if is_known and grade_found is not None else FIRST_GRADE
    return GradeOfClass(_division(grade), grade, "", is_known=is_known)


def _division(grade: int) -> Division:
    if grade <= 6:
        return Division.PRIMARY
    return Division.MIDDLE if grade <= 9 else Division.HIGH
