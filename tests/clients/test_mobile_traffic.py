"""Traffic of a mobile client's day: the figures in the documentation, and the script that counts them."""

from __future__ import annotations

import re

import pytest

from primepath.demo.accounts import HEAD_TEACHER, TEACHER
from scripts.mobile_traffic import A_HEAD_TEACHER, A_TEACHER, PAGE, STEPS, measure_day, table
from tests.server import Server

pytestmark = pytest.mark.one_database

ROW = re.compile(r"^\| ([^|]+) " + r"\| ([\d,]+) " * 6 + r"\|$", re.MULTILINE)


def _rows(text: str) -> list[tuple[str, list[int]]]:
    return [
        (step, [int(number.replace(",", "")) for number in numbers])
        for step, *numbers in ROW.findall(text)
    ]


def _is_cheaper(numbers: list[int]) -> bool:
    """Return whether the day needs less than a fifth of the bytes and no more round trips."""
    sent, received, round_trips, sent_after, received_after, round_trips_after = numbers
    return 5 * (sent_after + received_after) < sent + received and round_trips_after <= round_trips


@pytest.mark.parametrize("title", [A_TEACHER, A_HEAD_TEACHER])
def test_page_lists_every_step_of_a_cheaper_day(title: str) -> None:
    text = PAGE.read_text(encoding="utf-8").partition(f"**{title}:**\n\n")[2].partition("\n\n")[0]
    rows = _rows(text)
    assert [step for step, _ in rows] == [*STEPS, "**the day**"]
    *steps, day = [numbers for _, numbers in rows]
    assert [sum(column) for column in zip(*steps, strict=True)] == day
    assert _is_cheaper(day)


@pytest.mark.parametrize("account", [TEACHER, HEAD_TEACHER])
def test_day_costs_less_than_a_fifth_of_the_bytes(written_server: Server, account: str) -> None:
    port, token = written_server.port, written_server.tokens[account]
    before, after = (measure_day(port, token, after=after) for after in (False, True))
    assert _is_cheaper(_rows(table(before, after))[-1][1])
