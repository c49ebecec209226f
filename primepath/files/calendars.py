"""``GET /calendars/<secret>.ics`` returns a calendar feed. The address is the only credential."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from primepath.exchange.calendars.feeds import feed_content
from primepath.exchange.calendars.ics import CONTENT_TYPE
from primepath.services.calendars.read_feed import find_feed, note_use
from schema.http.response import KEPT, deliver


@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Return the feed, or 304 if the client has it already. 404 if there is no such feed, or not any more.

    The text is in the language that the owner of the feed has chosen, or else the school's. The reader's does not matter, so an
    unchanged feed is the same bytes.
    """
    feed = find_feed(secret)
    if feed is None:
        raise Http404
    with translation.override(feed.viewer.language or settings.LANGUAGE_CODE):
        content = feed_content(feed, base_url=request.build_absolute_uri(reverse("matrix")))
    note_use(feed)
    response = HttpResponse(
        content,
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": KEPT, "Referrer-Policy": "no-referrer"},
    )
    return deliver(request, response)
