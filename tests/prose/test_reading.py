"""Reading the texts of each kind of file, with their lines and without code."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from textwrap import dedent

import pytest

from scripts.prose.__main__ import main
from scripts.prose.files import ROOT, files
from scripts.prose.read_markup import read_graphql, read_markdown, read_template
from scripts.prose.read_python import read_python
from scripts.prose.read_scripts import read_hash_comments, read_javascript, read_style_sheet
from scripts.prose.text import Kind, Text

pytestmark = pytest.mark.one_database

PATH = Path("file")


def shown(texts: Iterable[Text]) -> list[tuple[int, Kind, str]]:
    return sorted((each.line, each.kind, " ".join(each.words.split())) for each in texts)


def python(source: str, *, descriptions: bool = False) -> list[tuple[int, Kind, str]]:
    return shown(read_python(PATH, dedent(source), strings=True, descriptions=descriptions))


def test_python_has_docstrings_and_comments() -> None:
    assert python('''\
        #!/usr/bin/env python
        """A module with ``code``."""
        # Two lines
        # of a comment.
        LIMIT = 3  # A trailing comment.
        """The limit::

            not = prose
        """


        def function():  # noqa: E501
            """A function."""
    ''') == [
        (2, Kind.DOCSTRING, "A module with CODE."),
        (3, Kind.COMMENT, "Two lines of a comment."),
        (5, Kind.COMMENT, "A trailing comment."),
        (6, Kind.DOCSTRING, "The limit::"),
        (13, Kind.DOCSTRING, "A function."),
    ]


def test_python_has_messages_and_labels() -> None:
    assert python("""\
        raise ValueError(f"The limit is {limit:g} " "seconds.")
        message = _("At most {limit} cells.").format(limit=3)
        field = CharField(help_text="Per cent", choices=CHOICES, verbose_name=_("pass mark"))
        sql = "SELECT a, b FROM cells WHERE id = 1"
        name = "two words"
        help = "One day." if short else "%(days)s days, %d or more."
    """) == [
        (1, Kind.STRING, "The limit is CODE seconds."),
        (2, Kind.STRING, "At most CODE cells."),
        (3, Kind.STRING, "Per cent"),
        (3, Kind.STRING, "pass mark"),
        (6, Kind.STRING, "CODE days, CODE or more."),
        (6, Kind.STRING, "One day."),
    ]


def test_python_has_descriptions_of_the_schema() -> None:
    source = """\
        field(
            description=(
                "Number "
                f"of {things}."
            )
        )
    """
    assert python(source, descriptions=True) == [(3, Kind.DESCRIPTION, "Number of CODE.")]
    assert python(source) == [(3, Kind.STRING, "Number of CODE.")]


def test_markdown_has_blocks_without_code() -> None:
    text = dedent("""\
        # A heading

        Two lines of a [link](https://example.com/unless-told)
        and `code`.
        - An item
          with a second line.
        - Another.

        | left | right |
        |---|---|

        ```console
        $ unless told
        ```
    """)
    assert [each for each in shown(read_markdown(PATH, text)) if each[2] != "---"] == [
        (1, Kind.PAGE, "# A heading"),
        (3, Kind.PAGE, "Two lines of a [link] and CODE."),
        (5, Kind.PAGE, "- An item with a second line."),
        (7, Kind.PAGE, "- Another."),
        (9, Kind.PAGE, "left"),
        (9, Kind.PAGE, "right"),
    ]


def test_a_template_has_words_and_comments() -> None:
    text = dedent("""\
        {# Why this is here. #}
        <script>const not = "prose";</script>
        <p title="A long title">Hello {{ name }},
        {% if staff %}welcome{% endif %} <code>x</code>.</p>
    """)
    assert shown(read_template(PATH, text)) == [
        (1, Kind.COMMENT, "Why this is here."),
        (3, Kind.PAGE, "A long title"),
        (3, Kind.PAGE, "Hello CODE, welcome CODE."),
    ]


def test_graphql_has_descriptions_and_comments() -> None:
    text = dedent('''\
        # Two lines
        # of a comment.
        """
        A `Cell`.
        """
        type Cell {
          id: ID! # The id.
        }
    ''')
    description = (3, Kind.DESCRIPTION, "A CODE.")
    comments = [(1, "Two lines of a comment."), (7, "The id.")]
    for is_public, kind in ((False, Kind.COMMENT), (True, Kind.PAGE)):
        expected = sorted([description, *((line, kind, words) for line, words in comments)])
        assert shown(read_graphql(PATH, text, is_public=is_public)) == expected


def test_javascript_has_comments_and_strings() -> None:
    text = dedent("""\
        // Two lines
        // of a comment.
        const pattern = /"[/]"/;
        const url = "https://example.com/a";
        /** Return `x`. */
        say(`You have ${count(1, "cell")} left.`); // Trailing.
        say("short");
    """)
    assert shown(read_javascript(PATH, text, strings=True)) == [
        (1, Kind.COMMENT, "Two lines of a comment."),
        (5, Kind.COMMENT, "Return CODE."),
        (6, Kind.COMMENT, "Trailing."),
        (6, Kind.STRING, "You have CODE left."),
    ]
    assert Kind.STRING not in {each.kind for each in read_javascript(PATH, text, strings=False)}


def test_style_sheets_and_makefiles_have_comments() -> None:
    css = "a { color: #fff; }\n/* Why. */\n"
    assert shown(read_style_sheet(PATH, css)) == [(2, Kind.COMMENT, "Why.")]
    makefile = "# Why.\nlock: in ## Update the files\n\tcommand\n"
    assert shown(read_hash_comments(PATH, makefile)) == [
        (1, Kind.COMMENT, "Why."),
        (2, Kind.STRING, "Update the files"),
    ]


def test_vendored_files_are_left_out() -> None:
    found = {path.relative_to(ROOT).as_posix() for path in files()}
    assert {
        "README.md",
        "Makefile",
        ".ci/run",
        "schema/schema.graphql",
        "tests/prose/test_reading.py",
    } <= found
    assert not [each for each in found if "vendor/" in each or "node_modules/" in each]
    assert not [
        each for each in found if each.startswith((".venv", "var/", "requirements/dev.txt"))
    ]


def test_the_command_prints_findings_with_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("Fine.\n\n100\nat once, beside others.\n")
    monkeypatch.setattr("sys.argv", ["prose", str(page)])
    assert main() == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f'{page}:4: error: page: banned-phrase: "at once" -> ')
    assert lines[1].startswith(f'{page}:4: advice: page: beside: "beside" -> ')
    assert lines[-1] == "1 fail, 1 are advice"

    page.write_text("Fine.\n")
    assert main() == 0
