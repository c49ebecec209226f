"""Reading settings from environment variables."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from primepath.domain.visibility import Visibility
from primepath.environment import choice, flag, items, number

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(("value", "read"), [("", 7), ("0", 0), ("12", 12), (" 12 ", 12)])
def test_number_has_a_default(monkeypatch: pytest.MonkeyPatch, value: str, read: int) -> None:
    monkeypatch.setenv("LIMIT", value)
    assert number("LIMIT", 7) == read
    monkeypatch.delenv("LIMIT")
    assert number("LIMIT", 7) == 7


@pytest.mark.parametrize("value", ["ten", "1.5", "-1", "1e3", "1 000", "²", "٣", "0x10"])
def test_invalid_number_is_an_error_with_the_name_of_the_setting(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("LIMIT", value)
    with pytest.raises(ImproperlyConfigured) as raised:
        number("LIMIT", 7)
    assert str(raised.value) == f"LIMIT must be a whole number such as 7, not {value!r}."


def test_flags_and_lists_have_several_spellings(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, default, read in [
        ("1", False, True),
        ("Yes", False, True),
        ("0", True, False),
        ("", True, True),
    ]:
        monkeypatch.setenv("FLAG", value)
        assert flag("FLAG", default=default) is read
    monkeypatch.setenv("LIST", " a, ,b,")
    assert items("LIST") == ["a", "b"]
    monkeypatch.delenv("LIST")
    assert items("LIST", "c") == ["c"]


def test_unknown_choice_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXPLORER", raising=False)
    assert choice("EXPLORER", Visibility.SIGNED_IN) is Visibility.SIGNED_IN
    monkeypatch.setenv("EXPLORER", "Nobody")
    assert choice("EXPLORER", Visibility.SIGNED_IN) is Visibility.NOBODY
    monkeypatch.setenv("EXPLORER", "all")
    with pytest.raises(ImproperlyConfigured) as raised:
        choice("EXPLORER", Visibility.SIGNED_IN)
    assert str(raised.value) == "EXPLORER must be one of everyone, signed-in, nobody, not 'all'."
