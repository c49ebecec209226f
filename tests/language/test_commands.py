"""Commands are for operators: their output is in English, whatever the language of the school."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import translation

from tests.factories import make_class

pytestmark = pytest.mark.django_db


@override_settings(LANGUAGE_CODE="ko")
def test_messages_of_a_command_are_in_english(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_class("A")
    file = tmp_path / "classes.csv"
    file.write_text("code,name,grade\nA,Rabbits,99\n", encoding="utf-8")
    with translation.override("ko"), pytest.raises(CommandError) as error:
        call_command("import_school", "classes", str(file))
    output = str(error.value) + "".join(capsys.readouterr())
    assert "must be between 0 and 12, not 99" in output
    assert not any("가" <= letter <= "힣" for letter in output)
