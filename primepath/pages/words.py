"""Words that the scripts of the pages put together: names of values, numbers with their noun, and what the explorer writes."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from primepath.domain.cell import CellStatus
from primepath.domain.period import Period
from primepath.domain.school_class import Division
from primepath.terms import label


def words() -> dict[str, str]:
    """Return the words that `format.js` and `api.js` need. Every page with scripts has them."""
    return {**_names(), **_counts(), **_requests()}


def _names() -> dict[str, str]:
    """Return the name of each value that the page shows, by the value."""
    names = {
        code.value: label(code) for values in (CellStatus, Division, Period) for code in values
    }
    return {
        **names,
        "quarter_name": _("Quarter {number}, {from} to {to}"),
        "times": _("{start} to {end}"),
    }


def _counts() -> dict[str, str]:
    """Return the forms of each noun with a number, by the categories of ``Intl.PluralRules``."""
    forms: dict[str, str] = {}
    for category, n in (("one", 1), ("other", 2)):
        nouns = {
            "cell": ngettext("{count} cell", "{count} cells", n),
            "class": ngettext("{count} class", "{count} classes", n),
            "exam": ngettext("{count} exam", "{count} exams", n),
            # The label of a cell: the number is a word of its own, because the cell shows it as its text.
            "exam_of_cell": npgettext("label of a cell", "{count} exam", "{count} exams", n),
            "minute": ngettext("{count} minute", "{count} minutes", n),
            "question": ngettext("{count} question", "{count} questions", n),
            "session": ngettext("{count} session", "{count} sessions", n),
        }
        forms |= {f"count_{noun}_{category}": form for noun, form in nouns.items()}
    return forms


def _requests() -> dict[str, str]:
    return {
        "not_sent": _("The request could not be sent ({reason})."),
        "other_session": _("You have signed in or out in another window. Reload this page."),
        "not_of_api": _("The response has status {status} and is not from the API."),
    }


def matrix_words() -> dict[str, str]:
    """Return the other words of the scripts of the page at ``/``."""
    return {
        "loading_schedule": _("Loading the schedule …"),
        "loading": _("Loading …"),
        "loaded": _("{year}: {cells} in one query, {milliseconds} ms."),
        "no_answer": _("The response contains neither a schedule nor an error."),
        "all_divisions": _("All"),
        "are_shown": _("{cells} are shown."),
        "caption": _(
            "Exam schedule {year}: a row for each class, a column for each month and quarter. "
            "Move between cells with the arrow keys. Open a cell with Enter."
        ),
        "only_view": _("view only"),
        "no_level": _("No level"),
        "without_exams": _("no exams"),
        "one_query": _("One query, {milliseconds} ms"),
        "time": _("Time"),
        "pupils": _("Pupils"),
        "last_changed": _("Last changed"),
        "changed_by": _("{time} by {name}"),
        "progress": _("{completed} of {sessions} completed ({percentage}%)"),
        "pass_mark": _("pass mark {score}%"),
        "period_of_year": _("{period} {year}"),
    }


def explorer_words() -> dict[str, str]:
    """Return what the script of the explorer writes. GraphiQL itself is in English."""
    return {
        **_requests(),
        "with_session": _("Signed in as {username} (session)."),
        "with_token": _("Signed in as {username} (token)."),
        "signed_out": _("Not signed in."),
        "no_docs": _(
            "Docs and autocompletion are not available, because the schema could not be loaded. {problem}"
        ),
        "sign_in_for_docs": _("Sign in or use a token to load it."),
        "invalid_token": _("Invalid token: use ASCII characters only, without spaces."),
        "close_tabs": _("Close all tabs and reopen the original examples?"),
        "response": _("Response"),
        "new_operation": _("Type of the new operation"),
    }
