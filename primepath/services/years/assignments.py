"""Let assignments go on in a new year.

An assignment has no academic year: it is in effect until it expires or is revoked. So only assignments that expire before the
new year change. They lose their expiry.
"""

from __future__ import annotations

import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.history import FieldChange, HistoryAction, HistorySubject
from primepath.domain.new_year import YearPart
from primepath.models import TeacherClassAssignment
from primepath.services.history import Recorded, record
from primepath.services.years.plan import PartReport, RollOver
from primepath.terms import shown_date


def extend_assignments(given: RollOver) -> PartReport:
    """Extend the active, unexpired assignments of the classes. At most one SELECT, one UPDATE and one INSERT."""
    report = PartReport(YearPart.ASSIGNMENTS)
    now = timezone.now()
    start = datetime.datetime(given.to_year, 1, 1, tzinfo=timezone.get_default_timezone())
    rows = (
        TeacherClassAssignment.objects.filter(
            Q(expires_at=None) | Q(expires_at__gt=now),
            is_active=True,
            school_class__key_in=given.all_codes,
        )
        .select_related("teacher__user")
        .order_by("pk")
    )
    if not given.dry_run:
        rows = rows.select_for_update(no_key=True, of=("self",))
    extended = []
    for assignment in rows:
        teacher, code = assignment.teacher, assignment.school_class_id
        if reason := _reason_to_skip(given, assignment, start):
            report.skip(reason)
            continue
        extended.append(assignment)
        template = _("The access of {teacher} to {code} no longer ends on {date}.")
        date = timezone.localdate(assignment.expires_at)
        report.reasons.append(
            template.format(teacher=teacher.name, code=code, date=shown_date(date))
        )
    report.copied = len(extended)
    report.changes = [(each.pk, str(each.expires_at)) for each in extended]
    if extended and not given.dry_run:
        keys = [assignment.pk for assignment in extended]
        TeacherClassAssignment.objects.filter(pk__key_in=keys).update(expires_at=None)
        record(
            viewer=given.viewer,
            action=HistoryAction.ROLL_OVER_YEAR,
            subject=HistorySubject.ASSIGNMENT,
            at=now,
            entries=[
                Recorded(str(each.pk), [FieldChange("expires_at", each.expires_at, None)])
                for each in extended
            ],
        )
    return report


def _reason_to_skip(
    given: RollOver, assignment: TeacherClassAssignment, start: datetime.datetime
) -> str | None:
    """Return why an assignment is not extended, or None if it is. ``start`` is the first day of the new year."""
    teacher, code, end = assignment.teacher, assignment.school_class_id, assignment.expires_at
    if code not in given.classes:
        template = _("The access of {teacher} to {code} is not extended: the class is inactive.")
    elif end is None or end >= start:
        template = _("The access of {teacher} to {code} is still in effect then.")
    elif not teacher.user.is_active:
        template = _("The access of {teacher} to {code} is not extended: the teacher has left.")
    elif assignment.teacher_id == given.viewer.teacher_id:
        return _("You cannot change your own access to {code}.").format(code=code)
    else:
        return None
    return template.format(teacher=teacher.name, code=code)
