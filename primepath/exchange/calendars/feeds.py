"""The content of calendar feeds."""

from __future__ import annotations

from primepath.exchange.calendars.events import events_of
from primepath.exchange.calendars.ics import write_calendar
from primepath.models import ExamScheduleMatrix, SchoolClass
from primepath.school import current_academic_year
from primepath.services.calendars.read_feed import Feed


def feed_content(feed: Feed, *, base_url: str) -> bytes:
    """Return the calendar of a feed: the last academic year and all later ones, as far as its owner can see them now.

    The number of statements does not depend on the number of classes.
    """
    classes = SchoolClass.objects.visible_to(feed.viewer)
    if feed.class_codes is not None:
        classes = classes.filter(code__key_in=list(feed.class_codes))
    names = dict(classes.values_list("code", "name"))
    cells = ExamScheduleMatrix.objects.filter(
        school_class__key_in=sorted(names), academic_year__gte=current_academic_year() - 1
    )
    if feed.duties:
        # Only a teacher with a profile can be the invigilator.
        cells = (
            cells.none()
            if feed.viewer.teacher_id is None
            else cells.filter(invigilator=feed.viewer.teacher_id)
        )
    return write_calendar(feed.name, events_of(cells, class_names=names, base_url=base_url))
