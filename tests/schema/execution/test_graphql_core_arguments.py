"""Arguments and variables as in the GraphQL specification (6.1.2, 6.4.1), on both executors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schema.execution.specification_schema import (
    DEFAULT_ARGUMENTS,
    SHOWN_ARGUMENTS,
    check,
    make_object,
)

pytestmark = pytest.mark.one_database

LEAF = make_object(value="v")
LEAVES = make_object(others=[LEAF, LEAF])


@pytest.mark.parametrize("type_", ["others", "echoHere"])
@pytest.mark.parametrize(
    ("declared", "arguments", "variables", "echoed"),
    [
        ("", "", {}, {}),
        ("", "(number: -3, shade: LIGHT)", {}, {"number": -3, "shade": "LIGHT"}),
        ("", "(many: 4)", {}, {"many": "[4]"}),
        ("", "(many: [1, null])", {}, {"many": "[1 None]"}),
        ("", "(where: null)", {}, {"where": "None"}),
        ("", "(where: {})", {}, {"where": "(text=unset, number=5, shades=None)"}),
        (
            "",
            "(where: {text: null, number: 1, shades: DARK})",
            {},
            {"where": "(text=None, number=1, shades=[DARK])"},
        ),
        ("($n: Int! = 8)", "(number: $n)", {}, {"number": 8}),
        ("($n: Int! = 8)", "(number: $n)", {"n": 9}, {"number": 9}),
        ("($s: Shade! = LIGHT)", "(shade: $s)", {}, {"shade": "LIGHT"}),
        ("($s: Shade!)", "(shade: $s)", {"s": "DARK"}, {"shade": "DARK"}),
        ("($m: [Int])", "(many: $m)", {}, {}),
        ("($m: [Int])", "(many: $m)", {"m": None}, {}),
        ("($m: [Int])", "(many: $m)", {"m": 7}, {"many": "[7]"}),
        ("($i: Int)", "(many: [1, $i])", {}, {"many": "[1 None]"}),
        ("($w: Where)", "(where: $w)", {}, {}),
        (
            "($w: Where)",
            "(where: $w)",
            {"w": {"text": "é"}},
            {"where": "(text='é', number=5, shades=None)"},
        ),
        (
            "($t: String)",
            "(where: {text: $t})",
            {},
            {"where": "(text=unset, number=5, shades=None)"},
        ),
    ],
)
def test_arguments_are_coerced_equally_for_one_object_and_a_batch(
    type_: str, declared: str, arguments: str, variables: dict[str, Any], echoed: dict[str, Any]
) -> None:
    expected = {"echo": SHOWN_ARGUMENTS.format(**DEFAULT_ARGUMENTS | echoed)}
    if type_ == "others":
        text, data = (
            f"query {declared} {{ others {{ echo{arguments} }} }}",
            {"others": [expected] * 2},
        )
        check(text, LEAVES, data, variables=variables)
    else:
        check(f"query {declared} {{ echo{arguments} }}", None, expected, variables=variables)


@pytest.mark.parametrize(
    ("type_", "value", "message"),
    [
        (
            "Int!",
            None,
            "Variable '$v' has invalid value: Expected value of non-null type 'Int!' not to be None.",
        ),
        (
            "Int!",
            "7",
            "Variable '$v' has invalid value: Int cannot represent non-integer value: '7'",
        ),
        (
            "Int!",
            2**31,
            "Variable '$v' has invalid value: Int cannot represent non 32-bit signed integer value: 2147483648",
        ),
    ],
)
def test_invalid_variables_prevent_execution(type_: str, value: Any, message: str) -> None:
    text = f"query ($v: {type_}) {{ others {{ need(sure: $v) }} }}"
    check(text, LEAVES, None, (message, None), variables={"v": value})


def test_null_for_a_non_null_argument_is_an_error_of_each_field() -> None:
    text = "query ($v: Int = 1) { others { value need(sure: $v) } }"
    message = "Argument 'sure' has invalid value: Expected variable '$v' provided to non-null type 'Int!' not to be None."
    leaf = make_object(value="v")
    check(
        text,
        make_object(others=[leaf]),
        {"others": [{"value": "v", "need": None}]},
        (message, ["others", 0, "need"]),
        variables={"v": None},
    )
