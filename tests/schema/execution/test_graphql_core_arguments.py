"""Arguments and variables as in the GraphQL specification (6.1.2, 6.4.1), on both executors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schema.execution.cases_schema import TOLD, UNTOLD, check, thing

LEAF = thing(value="v")
LEAVES = thing(others=[LEAF, LEAF])


@pytest.mark.parametrize("type_", ["others", "tellHere"])
@pytest.mark.parametrize(
    ("declared", "arguments", "variables", "told"),
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
def test_arguments_are_coerced_alike_for_one_object_and_for_many(
    type_: str, declared: str, arguments: str, variables: dict[str, Any], told: dict[str, Any]
) -> None:
    expected = {"tell": TOLD.format(**UNTOLD | told)}
    if type_ == "others":
        text, data = (
            f"query {declared} {{ others {{ tell{arguments} }} }}",
            {"others": [expected] * 2},
        )
        check(text, LEAVES, data, variables=variables)
    else:
        check(f"query {declared} {{ tell{arguments} }}", None, expected, variables=variables)


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
def test_variables_that_do_not_fit_end_the_operation_before_it_begins(
    type_: str, value: Any, message: str
) -> None:
    text = f"query ($v: {type_}) {{ others {{ need(sure: $v) }} }}"
    check(text, LEAVES, None, (message, None), variables={"v": value})


def test_an_argument_that_turns_out_to_be_null_is_an_error_of_each_field() -> None:
    text = "query ($v: Int = 1) { others { value need(sure: $v) } }"
    message = "Argument 'sure' has invalid value: Expected variable '$v' provided to non-null type 'Int!' not to be None."
    leaf = thing(value="v")
    check(
        text,
        thing(others=[leaf]),
        {"others": [{"value": "v", "need": None}]},
        (message, ["others", 0, "need"]),
        variables={"v": None},
    )
