"""Names of exams and teachers in a file of the schedule: how it shows them, and which ones it means."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db.models import Q

from primepath.exchange.rows import ParsedRow
from primepath.models import Exam, Teacher
from primepath.services.cells.writing import CellState

_BRACKET = re.compile(r" +\(")


class ShownNames(NamedTuple):
    """Names of exams and teachers by their keys, as a file shows them. `NamedObjects` reads them back."""

    exams: Mapping[int, str]
    teachers: Mapping[int, str]


def shown_names(states: Sequence[CellState]) -> ShownNames:
    """Return the names of the exams and teachers in these states. Three SELECTs."""
    exam_ids = {id_ for state in states for id_ in state.exam_ids}
    exams = dict(Exam.objects.filter(pk__key_in=sorted(exam_ids)).values_list("pk", "name"))
    wanted = sorted(set(exams.values()))
    counts: defaultdict[str, int] = defaultdict(int)
    for name in Exam.objects.filter(name__key_in=wanted).values_list("name", flat=True):
        counts[name] += 1
    teacher_ids = {state.invigilator_id for state in states if state.invigilator_id is not None}
    teachers = Teacher.objects.filter(pk__key_in=sorted(teacher_ids))
    return ShownNames(
        {
            pk: name if counts[name] == 1 and _is_plain(name) else f"{_in_one_line(name)} [#{pk}]"
            for pk, name in exams.items()
        },
        {
            pk: _shown_teacher(name, username)
            for pk, name, username in teachers.values_list("pk", "name", "user__username")
        },
    )


class NamedObjects:
    """The exams and teachers that a file names. Two SELECTs."""

    def __init__(self, rows: Sequence[ParsedRow]) -> None:
        names = {name for row in rows for name in row.values.get("exams") or ()}
        ids = {id_ for name in names if (id_ := _split_id(name)[1]) is not None}
        self._exams: defaultdict[str, list[Exam]] = defaultdict(list)
        self._exam_of_id: dict[int, Exam] = {}
        wanted = Q(name__key_in=sorted(names)) | Q(pk__key_in=sorted(ids))
        for exam in Exam.objects.filter(wanted):
            self._exams[exam.name].append(exam)
            self._exam_of_id[exam.pk] = exam
        usernames = {
            name for row in rows for name in _usernames(row.values.get("invigilator") or "")
        }
        teachers = Teacher.objects.filter(user__username__key_in=sorted(usernames))
        self._teachers = dict(teachers.values_list("user__username", "pk"))

    def exams(self, text: str) -> list[Exam]:
        """Return the exams that a text can mean: one, several with this name, or none."""
        name, id_ = _split_id(text)
        numbered = self._exam_of_id.get(id_) if id_ is not None else None
        if numbered is not None and _in_one_line(numbered.name) == _in_one_line(name):
            return [numbered]
        return self._exams.get(text, [])

    def teacher(self, text: str) -> int | None:
        """Return the key of the teacher that a text means, None if there is no such teacher."""
        teachers = (self._teachers.get(name) for name in _usernames(text))
        return next((each for each in teachers if each is not None), None)


def _split_id(text: str) -> tuple[str, int | None]:
    """Return the name and the number of an exam that is written as ``name [#12]``."""
    name, bracket, rest = text.rpartition(" [#")
    number = rest.removesuffix("]")
    if (
        bracket
        and rest.endswith("]")
        and number.isascii()
        and number.isdigit()
        and len(number) < 19
    ):
        return name, int(number)
    return text, None


def _shown_teacher(name: str, username: str) -> str:
    """Return ``name (username)``. The first " (" is the one before the username, because a username can contain it too."""
    return f"{_BRACKET.sub('(', name)} ({username})"


def _usernames(text: str) -> list[str]:
    """Return the usernames that a text can mean. If several exist, the first is meant, as in `_shown_teacher`."""
    found = []
    if text.rstrip().endswith(")"):
        inner = text.rstrip().removesuffix(")")
        # People also write names with brackets before the username.
        found = [part[2] for part in (inner.partition(" ("), inner.rpartition(" (")) if part[1]]
    return [*found, text.strip()]


def _is_plain(name: str) -> bool:
    """Return whether the name is read back without its number."""
    has_breaks = "\n" in name or "\r" in name
    return name == name.strip() and not has_breaks and _split_id(name)[1] is None


def _in_one_line(name: str) -> str:
    return " ".join(name.split())
