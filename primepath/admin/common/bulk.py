"""Actions that change the selected rows of a list through services: all of them, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from django.contrib import messages
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from primepath.domain.errors import ValidationFailedError
from primepath.services.change_sets import change_set

MAX_ROWS = 500
"""Rows that an action changes one by one. Each takes several statements."""
_SHOWN = 10

R = TypeVar("R", bound=Model)


class _RefusedError(Exception):
    """Ends a transaction that is not meant to be saved."""


def change_each(request: HttpRequest, rows: Iterable[R], write: Callable[[R], object]) -> None:
    """Call ``write`` for each row, and show what was changed, or every reason why nothing was."""
    selected = list(rows)
    if not is_accepted(request, len(selected), MAX_ROWS):
        return
    problems: list[tuple[str, str]] = []
    try:
        with change_set(), transaction.atomic():
            for row in selected:
                try:
                    with transaction.atomic():
                        write(row)
                except ValidationFailedError as error:
                    problems.append((str(row), str(error)))
            if problems:
                raise _RefusedError
    except _RefusedError:
        report_problems(request, problems)
    else:
        report_changes(request, len(selected))


def is_accepted(request: HttpRequest, count: int, limit: int) -> bool:
    """Return whether an action changes this many rows. If not, show a message."""
    if count > limit:
        template = _("You selected {count} rows. Select at most {limit}.")
        messages.error(request, template.format(count=count, limit=limit))
    return count <= limit


def report_changes(request: HttpRequest, count: int) -> None:
    template = ngettext("Changed {count} row.", "Changed {count} rows.", count)
    messages.success(request, template.format(count=count))


def report_problems(request: HttpRequest, problems: Sequence[tuple[str, str]]) -> None:
    """Show the first problems, each a row and its message."""
    template = ngettext(
        "Nothing was changed, because {count} row has a problem.",
        "Nothing was changed, because {count} rows have problems.",
        len(problems),
    )
    text = template.format(count=len(problems))
    messages.error(request, _explain(text, problems[:_SHOWN]))


def _explain(text: str, problems: Sequence[tuple[str, str]]) -> str:
    """Return the text with a line for each problem, as HTML."""
    return format_html("{}{}", text, format_html_join("", "<br>{}: {}", problems))
