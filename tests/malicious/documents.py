"""Documents and variables that exceed a limit, each in a different way."""

from __future__ import annotations

from typing import Any

from tests.schema.limits.test_documents import NOT_PARSED, NOT_VALIDATED, bomb, times

SCHOOL = "{ school { name } }"


def cycle(rounds: int) -> str:
    """Return a query for cells of exams of cells, nested ``rounds`` times."""
    inner = "{ id }"
    for _ in range(rounds):
        inner = f"{{ exams {{ cells {inner} }} }}"
    return f'{{ schoolClass(code: "A") {{ cells {inner} }} }}'


def spread_cycle(rounds: int) -> str:
    """Return the same query with one fragment for each round."""
    fragments = times(
        rounds, "fragment F# on MatrixCell { schoolClass { cells { exams { cells { ...F#x } } } } }"
    )
    for number in range(rounds):
        fragments = fragments.replace(f"F{number}x", f"F{number + 1}")
    return (
        f'{{ schoolClass(code: "A") {{ cells {{ ...F0 }} }} }} {fragments} '
        f"fragment F{rounds} on MatrixCell {{ id }}"
    )


_ALL_AVAILABLE = (
    "scheduleMatrix { rows { cells { availableExams(first: 100) { edges { node { name } } } } } }"
)

REFUSED: dict[str, tuple[str, dict[str, Any] | None]] = {
    **{name: (document, None) for name, document in {**NOT_PARSED, **NOT_VALIDATED}.items()},
    "4 cycles through exams": (cycle(4), None),
    "8 cycles through exams": (cycle(8), None),
    "cycles in fragments": (spread_cycle(4), None),
    "everything that could be put anywhere": (f"{{ {_ALL_AVAILABLE} }}", None),
    "fragments that double, below the fields allowed": (
        bomb(7).replace("school { name }", _ALL_AVAILABLE).replace("{ ...F0 }", "{ ...F5 }", 1),
        None,
    ),
    "400 mistakes": (f"{{ school {{ {times(400, 'x#')} }} }}", None),
    "a number of 15,000 digits": (f"{{ exams(first: {'9' * 15_000}) {{ totalCount }} }}", None),
    "variables with 20,001 values": (SCHOOL, {"a": [0] * 20_000}),
    "variables of the wrong type, 19,000 of them": (
        "query ($a: [String!]) { scheduleMatrix(classCodes: $a) { academicYear } }",
        {"a": [1] * 19_000},
    ),
}
"""Documents with their variables. All are rejected before anything is read."""
