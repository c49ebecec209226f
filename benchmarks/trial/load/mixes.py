"""The requests that clients can send."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from benchmarks.trial.checker.ledger import BULK_YEARS, Bulk, Ledger
from benchmarks.trial.load.operations import (
    ASSIGN,
    MATRIX,
    SCHOOL,
    UNASSIGN,
    UPDATE_CELL,
    Operation,
    graphql,
)
from benchmarks.trial.school import School, User

PERIODS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass
class Sender:
    """A client: its number, its user, and a head teacher for requests of the full matrix."""

    number: int
    school: School
    ledger: Ledger
    random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = random.Random(self.number)  # noqa: S311

    @property
    def user(self) -> User:
        return self.school.teachers[self.number % len(self.school.teachers)]

    @property
    def head_teacher(self) -> User:
        return self.school.head_teachers[self.number % len(self.school.head_teachers)]

    @cached_property
    def partial(self) -> Operation:
        variables = {"year": self.school.year, "codes": self.user.classes}
        return Operation("partial", graphql(MATRIX, variables, self.user.token))

    @cached_property
    def full(self) -> Operation:
        variables = {"year": self.school.year}
        return Operation("full", graphql(MATRIX, variables, self.head_teacher.token))

    @cached_property
    def bulk(self) -> Bulk:
        """The cells that only this client changes."""
        return self.ledger.bulk_of(self.school, self.number)


Mix = Callable[[Sender], Operation]


def partial(sender: Sender) -> Operation:
    """The matrix of the user's five classes."""
    return sender.partial


def full(sender: Sender) -> Operation:
    """The matrix of all classes."""
    return sender.full


def school_name(sender: Sender) -> Operation:
    """A request that needs no database and no user."""
    return Operation("school", graphql(SCHOOL))


def note(sender: Sender) -> Operation:
    """Set the notes of one of the user's cells to a text that is used once."""
    code, period = sender.random.choice(sender.user.classes), sender.random.choice(PERIODS)
    return note_in(sender, f"{code}/{sender.school.year}/{period}")


def note_in(sender: Sender, cell: str, *, user: User | None = None) -> Operation:
    """Set the notes of this cell to a text that is used once, by default as the client's user."""
    change = sender.ledger.new_note(cell)
    input = {"cell": {"id": f"MatrixCell:{cell}"}, "notes": change.text}
    request = graphql(UPDATE_CELL, {"input": input}, (user or sender.user).token)
    return Operation("mutation", request, change.done)


def assign(sender: Sender) -> Operation:
    """Assign an exam to six cells, or remove it again."""
    bulk = sender.bulk
    input = {
        "cells": [{"id": f"MatrixCell:{cell}"} for cell in bulk.cells],
        "examIds": [sender.school.exams[0]],
    }
    query = UNASSIGN if bulk.next_removes() else ASSIGN
    code = bulk.cells[0].partition("/")[0]
    user = sender.user if code in sender.user.classes else sender.head_teacher
    request = graphql(query, {"input": input}, user.token)
    return Operation("mutation", request, bulk.done)


def mutation(sender: Sender) -> Operation:
    """A change of one cell, or every fourth time of six."""
    owns_cells = sender.number < BULK_YEARS * len(sender.school.classes)
    return assign(sender) if owns_cells and sender.random.random() < 0.25 else note(sender)


def mixed(sender: Sender) -> Operation:
    """70% partial matrices, 10% full ones, and 20% mutations."""
    share = sender.random.random()
    if share < 0.7:
        return sender.partial
    return sender.full if share < 0.8 else mutation(sender)


def reads(sender: Sender) -> Operation:
    """Seven partial matrices for each full one."""
    return sender.partial if sender.random.random() < 7 / 8 else sender.full
