"""Accept a warning."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.cell import CellKey
from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.history import FieldChange, HistoryAction, HistorySubject
from primepath.domain.viewer import Viewer
from primepath.models import WarningAcceptance
from primepath.services.cells.checks import visible_levels
from primepath.services.history import Recorded, record
from primepath.services.validation import ValidationErrors

MAX_REASON_LENGTH = 1_000
_NAME_LENGTH = WarningAcceptance._meta.get_field("by_name").max_length


class FoundWarning(NamedTuple):
    """A warning that the viewer sees.

    ``facts``: the digest of the warning and of what it follows from. ``cells``: its cells that the viewer can see.
    """

    facts: str
    code: str
    date: datetime.date | None
    cells: Collection[CellKey]


@transaction.atomic
def accept_warning(
    *,
    viewer: Viewer,
    warning: FoundWarning | None,
    reason: str,
    parse_errors: Iterable[InputError] = (),
) -> None:
    """Store that the warning is no problem, or another reason for it. A warning of None does not exist any more.

    If a cell of the warning changes at the same time, the acceptance has no effect: it belongs to other facts.

    Error codes: ``NOT_FOUND``, ``FORBIDDEN`` unless the viewer can change one of the cells, ``BLANK``, ``TOO_LONG``,
    ``INVALID_CHARACTERS``.
    """
    parse_errors = list(parse_errors)
    errors = ValidationErrors(parse_errors)
    errors.check_text(reason, "reason", limit=MAX_REASON_LENGTH, required=True)
    if warning is None:
        if not parse_errors:
            template = _("This warning does not exist any more. Load the warnings again.")
            errors.add(UserErrorCode.NOT_FOUND, template, "warning_id")
        errors.raise_if_any()
        raise AssertionError("a missing warning has an error")
    levels = visible_levels(viewer, warning.cells)
    if not any(level.may_edit for level in levels.values()):
        template = _("Only who can change a cell of the warning can accept it.")
        errors.add(UserErrorCode.FORBIDDEN, template, "warning_id")
    errors.raise_if_any()
    at = timezone.now()
    stored = WarningAcceptance.objects.select_for_update(no_key=True)
    before = stored.filter(pk=warning.facts).first()
    if before is not None and before.reason == reason:
        return
    WarningAcceptance.objects.update_or_create(
        facts=warning.facts,
        defaults={
            "code": warning.code,
            "date": warning.date,
            "reason": reason,
            "teacher_id": viewer.teacher_id,
            "by_name": viewer.name[:_NAME_LENGTH],
            "at": at,
        },
    )
    record(
        viewer=viewer,
        action=HistoryAction.ACCEPT_WARNING,
        subject=HistorySubject.WARNING,
        at=at,
        entries=[
            Recorded(
                warning.facts,
                [
                    FieldChange("code", None, warning.code),
                    FieldChange("date", None, warning.date),
                    FieldChange("cells", None, " ".join(sorted(map(str, warning.cells)))),
                    FieldChange("reason", before and before.reason, reason),
                ],
            )
        ],
    )
