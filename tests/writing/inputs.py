"""Inputs of random writers: mostly valid, sometimes invalid, sometimes for classes that the viewer cannot edit."""

from __future__ import annotations

import datetime
from typing import Any

from hypothesis import strategies as st

from primepath.domain.cell import CellKey, CellStatus, OnExisting
from primepath.domain.period import Period
from tests.factories import YEAR
from tests.writing.model import Key, ModelExam

ACCESS = {"OURS": "FULL", "HALF": "CO_TEACHER", "SEEN": "VIEW"}
EXAMS = {
    "any year": ModelExam(),
    "this year": ModelExam(year=YEAR),
    "next year": ModelExam(year=YEAR + 1),
    "quarterly": ModelExam(quarterly=True),
    "quarterly this year": ModelExam(quarterly=True, year=YEAR),
}
ELSEWHERE: list[Key] = [
    ("SEEN", YEAR, "JAN"),
    ("HIDDEN", YEAR, "JAN"),
    ("no code", YEAR, "Q1"),
    ("OURS", 1999, "JAN"),
]

months: list[Key] = [("OURS", YEAR, "JAN"), ("HALF", YEAR, "JAN"), ("OURS", YEAR, "FEB")]
months.append(("OURS", YEAR + 1, "FEB"))
quarters: list[Key] = [("OURS", YEAR, "Q1"), ("HALF", YEAR, "Q1")]
any_key = st.sampled_from((months + quarters) * 4 + ELSEWHERE)
any_code = st.sampled_from(["OURS", "HALF"] * 4 + ["SEEN", "HIDDEN", "no code"])
reviews = ["any year", "any year", "this year", "this year", "next year"]
exams_into_cells = st.one_of(
    *(
        st.tuples(
            st.lists(st.sampled_from(keys), min_size=1, max_size=4),
            st.lists(st.sampled_from(names), min_size=1, max_size=3),
        )
        for keys, names in (
            (months[:-1], reviews[:-1]),
            (months, reviews),
            (quarters, ["quarterly", "quarterly this year"]),
        )
    ),
    st.tuples(
        st.lists(any_key, max_size=4), st.lists(st.sampled_from([*EXAMS, "unknown"]), max_size=3)
    ),
)
clones = st.one_of(
    *(
        st.tuples(st.sampled_from(keys), st.lists(st.sampled_from(keys), min_size=1, max_size=3))
        for keys in (months[:-1], months, quarters)
    ),
    st.tuples(any_key, st.lists(any_key, max_size=3)),
)
on_existing = st.sampled_from([each.value for each in OnExisting])
# Which of the concerned cells have an expected version (the last one is a foreign cell), and how much newer it is.
seen = st.lists(
    st.tuples(st.integers(0, 3) | st.just(-1), st.sampled_from([0, 0, 0, 0, 1, -1])),
    max_size=3,
)
dates = st.sampled_from(
    [
        *(datetime.date(YEAR, month, day) for month, day in ((1, 1), (1, 31), (2, 28), (3, 31))),
        datetime.date(YEAR + 1, 2, 28),
    ]
)
times = st.sampled_from([datetime.time(hour) for hour in (8, 9, 10, 11)])
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "status": st.sampled_from([*CellStatus, *CellStatus, None]),
    "scheduled_date": st.none() | dates,
    "start_time": st.none() | times,
    "end_time": st.none() | times,
    "notes": st.sampled_from(
        [None, "", "A pen", "Élan \N{MEMO}", "x" * 10_000, "x" * 10_001, "\0", "\ud800"]
    ),
}
changes = st.one_of(
    *(st.fixed_dictionaries({name: values}) for name, values in FIELDS.items()),
    st.fixed_dictionaries({}, optional=FIELDS),
)
days = st.fixed_dictionaries(
    {"start_time": st.sampled_from([datetime.time(8), datetime.time(9)])},
    optional={"end_time": st.just(datetime.time(10)), "scheduled_date": dates},
)


def cell_key(key: Key) -> CellKey:
    return CellKey(key[0], key[1], Period(key[2]))
