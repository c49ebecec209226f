"""Settings as they are read from environment variables."""

from __future__ import annotations

import pytest

from primepath.domain.visibility import Visibility
from primepath.environment import Environment, Format

_LETTERS = Format(str.isalpha, "letters")

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("value", "number"), [("", 7), (" ", 7), ("0", 0), ("12", 12), (" 12 ", 12)]
)
def test_a_number_is_read_and_without_one_there_is_a_default(value: str, number: int) -> None:
    env = Environment({"LIMIT": value})
    assert env.number("LIMIT", 7, least=0) == number
    assert env.problems == {}
    assert Environment({}).number("LIMIT", 7) == 7


@pytest.mark.parametrize(
    "value",
    ["ten", "1.5", "-1", "1e3", "1 000", "²", "٣", "0x10", "0", "101", "9" * 5_000],
)
def test_an_invalid_number_is_named_with_its_range(value: str) -> None:
    env = Environment({"LIMIT": value})
    assert env.number("LIMIT", 7, most=100) == 7
    assert env.problems == {
        "LIMIT": f"LIMIT must be a whole number from 1 to 100, such as 7, not {value!r}."
    }


@pytest.mark.parametrize(
    ("value", "default", "flag"),
    [
        *((value, False, True) for value in ("1", "true", "Yes", "ON", " 1 ")),
        *((value, True, False) for value in ("0", "false", "No", "OFF")),
        ("", True, True),
        ("", False, False),
    ],
)
def test_a_flag_is_read_however_it_is_written(value: str, default: bool, flag: bool) -> None:
    env = Environment({"FLAG": value})
    assert env.flag("FLAG", default=default) is flag
    assert env.problems == {}


@pytest.mark.parametrize("value", ["enabled", "2", "y", "ja", "https", "1,0"])
def test_a_flag_that_is_neither_on_nor_off_is_a_problem(value: str) -> None:
    env = Environment({"HTTPS": value})
    assert env.flag("HTTPS") is False
    assert env.problems["HTTPS"] == (
        f"HTTPS must be 1 or 0 (or yes, no, true, false, on, off), not {value!r}."
    )


def test_a_list_is_read_and_its_first_invalid_item_is_named() -> None:
    env = Environment({"GOOD": " a, ,b,", "BAD": "a,1,2"})
    assert env.items("GOOD", "", _LETTERS) == ["a", "b"]
    assert env.items("NONE", "c,d", _LETTERS) == ["c", "d"]
    assert env.items("BAD", "c", _LETTERS) == ["c"]
    assert env.problems == {"BAD": "BAD must list, separated by commas, letters; '1' is not valid."}


def test_a_choice_is_a_member_of_its_enumeration() -> None:
    env = Environment({"EXPLORER": "Nobody", "INTROSPECTION": "all"})
    assert env.choice("EXPLORER", Visibility.SIGNED_IN) is Visibility.NOBODY
    assert env.choice("FIELD_SUGGESTIONS", Visibility.SIGNED_IN) is Visibility.SIGNED_IN
    assert env.choice("INTROSPECTION", Visibility.SIGNED_IN) is Visibility.SIGNED_IN
    assert env.problems == {
        "INTROSPECTION": "INTROSPECTION must be one of everyone, signed-in, nobody, not 'all'."
    }


def test_a_message_does_not_contain_a_secret() -> None:
    env = Environment({"NAME": "a1", "KEY": "hunter2", "KEYS": "abc,hunter2"})
    assert env.text("NAME", "x", _LETTERS) == "x"
    assert env.text("KEY", "", _LETTERS, secret=True) == ""
    assert env.items("KEYS", "", _LETTERS, secret=True) == []
    assert env.problems == {
        "NAME": "NAME must be letters, not 'a1'.",
        "KEY": "KEY must be letters.",
        "KEYS": "KEYS must list, separated by commas, letters; item 2 is not valid.",
    }
