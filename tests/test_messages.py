"""Messages for people are gettext templates with named placeholders, and each placeholder has its value."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from tests.messages import (
    GETTEXT,
    MESSAGE_POSITION,
    Message,
    Module,
    messages,
    modules,
    name_of,
    placeholders,
    values_of,
)

pytestmark = pytest.mark.one_database

# These return messages of libraries, or messages that our own code has translated.
RETURN_MESSAGES = {
    *("str", "message_for", "_message", "_shorten", "as_http_error_reason", "year_out_of_range"),
    *("_describe_choice", "_explain", "_summary"),
}
# The protocol of persisted queries recognises these errors by their messages.
PROTOCOL = {"PersistedQueryNotFound", "PersistedQueryNotSupported"}
# Keys of the school's file, which the service that stores it reads.
FILE_KEYS = {"primepath/services/school/seed_school.py": {"gradeFrom", "gradeTo"}}


def problems(modules: Iterable[Module]) -> Iterator[str]:
    for module in modules:
        for message in messages(module):
            for value in values_of(message):
                if not _is_template(value):
                    yield f"{message}: not a template"
                if message.supplied is not None:
                    yield from _unsupplied(message, value, may_omit={"field"})
        for call in module.calls:
            if isinstance(call.func, ast.Name) and call.func.id in GETTEXT:
                yield from _unextractable(module, call)
            elif isinstance(call.func, ast.Attribute) and call.func.attr == "format":
                supplied = frozenset(each.arg for each in call.keywords if each.arg)
                formatted = Message(module, call, call.func.value, supplied)
                for value in values_of(formatted):
                    yield from _unsupplied(formatted, value)


def _is_template(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Attribute(value=template, attr="format")):
            return isinstance(template, ast.Name) or _is_template(template)
        case ast.Call():
            return name_of(value) in {*GETTEXT, *RETURN_MESSAGES, *MESSAGE_POSITION}
        case ast.Constant(str(text)):
            without_placeholders = re.sub(r"\{\w+\}", "", text)
            return text in PROTOCOL or not any(map(str.isalpha, without_placeholders))
        case ast.Name() | ast.Attribute() | ast.Subscript():
            return True
    return False


def _texts(call: ast.Call) -> list[str]:
    return [each.value for each in call.args if isinstance(each, ast.Constant)]  # type: ignore[misc]


def _unextractable(module: Module, call: ast.Call) -> Iterator[str]:
    """Yield problems of a message: gettext extracts only literals, and placeholders need names."""
    count = 2 if name_of(call) == "ngettext" else 1
    if not all(isinstance(each, ast.Constant) for each in call.args[:count]):
        yield f"{module.path}:{call.lineno}: not a literal"
        return
    for text in _texts(call)[:count]:
        if "" in placeholders(text) or re.search(r"%[sd(]", text):
            yield f"{module.path}:{call.lineno}: a placeholder without a name"


def _unsupplied(
    message: Message, value: ast.expr, may_omit: frozenset[str] | set[str] = frozenset()
) -> Iterator[str]:
    if not isinstance(value, ast.Call) or name_of(value) not in GETTEXT:
        return
    assert message.supplied is not None
    for text in _texts(value)[: 2 if name_of(value) == "ngettext" else 1]:
        named = placeholders(text)
        if not named <= message.supplied:
            yield f"{message}: no value for {named - message.supplied}"
        if not message.supplied - named <= may_omit:
            yield f"{message}: no placeholder for {message.supplied - named}"


def test_messages_are_templates_whose_placeholders_have_values() -> None:
    found = modules()
    assert list(problems(found)) == []
    seen = [message for module in found for message in messages(module)]
    assert len(seen) > 100
    folders = {message.module.path.split("/")[1] for message in seen}
    assert {"services", "http", "limits", "connections", "admin"} <= folders


@pytest.mark.parametrize(
    "code",
    [
        'raise BadUserInputError("No.")',
        'raise BadUserInputError(f"No {value}.")',
        'raise BadUserInputError(_("No {value}."  "").format(other=1))',
        'raise BadUserInputError(_("No {}.").format(1))',
        'raise BadUserInputError(_("No %s.") % 1)',
        'raise BadUserInputError(_(f"No {value}."))',
        'raise HttpError(400, ErrorCode.FORBIDDEN, "No.")',
        'text = "No."\nraise ForbiddenError(text)',
        'text = _("Yes.") if yes else "No."\nraise ForbiddenError(text)',
        'errors.add(UserErrorCode.BLANK, "No.", "name")',
        'errors.add(UserErrorCode.BLANK, _("No {value}."), "name")',
        'errors.add(UserErrorCode.BLANK, _("No {field}."))',
        'errors.add(UserErrorCode.BLANK, _("No."), "name", value=1)',
        'def refused(message):\n    return HttpError(400, code, message)\nraise refused("No.")',
        'for a, text in ((1, _("Yes.")), (2, "No.")):\n    raise ForbiddenError(text)',
    ],
)
def test_other_messages_are_found(code: str) -> None:
    body = "\n".join(f"    {line}" for line in code.splitlines())
    assert list(problems([Module("code.py", ast.parse(f"def run():\n{body}"))]))


@pytest.mark.parametrize(
    "code",
    [
        'raise BadUserInputError(_("No."))',
        'raise BadUserInputError(_("No {value}.").format(value=1))',
        'text = _("No {value}.")\nraise BadUserInputError(text.format(value=1))',
        'text = _("Not {field} {value}.")\nerrors.add(UserErrorCode.BLANK, text, "name", value=1)',
        'text = ngettext("{n} exam.", "{n} exams.", n)\nraise ForbiddenError(text.format(n=n))',
        'logger.error("No.", "No.")',
    ],
)
def test_templates_are_accepted(code: str) -> None:
    body = "\n".join(f"    {line}" for line in code.splitlines())
    assert list(problems([Module("code.py", ast.parse(f"def run():\n{body}"))])) == []


def test_services_name_fields_in_python() -> None:
    """Names become GraphQL names in the mutation layer, and in the history when it is stored."""
    camel_case = re.compile(r"\b[a-z]+[A-Z]\w*")
    for module in modules():
        if module.path.startswith("primepath/services/"):
            names = set(camel_case.findall("\n".join(module.strings())))
            assert names == FILE_KEYS.get(module.path, set()), module.path
