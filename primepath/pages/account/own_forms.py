"""Forms of one's own account: password, tokens and calendar feeds."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from primepath.domain.errors import ValidationFailedError
from primepath.domain.viewer import Viewer
from primepath.pages.account.outcome import Outcome, SecretAddress
from primepath.services.accounts.change_password import change_password
from primepath.services.accounts.own_tokens import revoke_own_token, revoke_own_tokens
from primepath.services.accounts.sessions import keep_session
from primepath.services.accounts.sign_in_form import client_address
from primepath.services.calendars.create_calendar_feed import create_calendar_feed
from primepath.services.calendars.revoke_calendar_feed import revoke_calendar_feed
from schema.ids import parse_number_key


def new_password(request: HttpRequest, viewer: Viewer) -> Outcome:
    entered = request.POST
    if entered.get("new_password") != entered.get("repeated"):
        return Outcome([_("The two new passwords are not equal.")])
    labels = {"current_password": _("Current password"), "new_password": _("New password")}
    try:
        account, _no_token = change_password(
            viewer=viewer,
            current_password=entered.get("current_password", ""),
            new_password=entered.get("new_password", ""),
            address=client_address(request),
        )
    except ValidationFailedError as rejected:
        return Outcome.rejected(rejected, labels)
    keep_session(request.session, account)
    text = _("Your password is changed. All your other sessions and tokens have ended.")
    return Outcome(message=text)


def revoke_token(request: HttpRequest, viewer: Viewer) -> Outcome:
    try:
        token = revoke_own_token(viewer=viewer, token_id=number_in(request))
    except ValidationFailedError as rejected:
        return Outcome.rejected(rejected)
    template = _("The token {name} is revoked.")
    return Outcome(message=template.format(name=token.name))


def revoke_tokens(request: HttpRequest, viewer: Viewer) -> Outcome:
    count = revoke_own_tokens(viewer=viewer)
    template = ngettext("{count} token is revoked.", "{count} tokens are revoked.", count)
    return Outcome(message=template.format(count=count))


def create_feed(request: HttpRequest, viewer: Viewer) -> Outcome:
    entered = {name: request.POST.get(name, "") for name in ("name", "duties")}
    try:
        secret, feed = create_calendar_feed(
            viewer=viewer, name=entered["name"], duties=bool(entered["duties"])
        )
    except ValidationFailedError as rejected:
        return Outcome.rejected(rejected, {"name": _("Name")}, entered)
    url = request.build_absolute_uri(reverse("calendar", kwargs={"secret": secret}))
    template = _("Address of the calendar {name}, for your calendar program. It is shown only now.")
    return Outcome(address=SecretAddress(template.format(name=feed.name), url))


def revoke_feed(request: HttpRequest, viewer: Viewer) -> Outcome:
    try:
        feed = revoke_calendar_feed(viewer=viewer, feed_id=number_in(request))
    except ValidationFailedError as rejected:
        return Outcome.rejected(rejected)
    template = _("The address of the calendar {name} does not work any more.")
    return Outcome(message=template.format(name=feed.name))


def number_in(request: HttpRequest) -> int:
    """Return the key in the form. 0, which no row has, if it is malformed."""
    return parse_number_key(request.POST.get("id", "")) or 0
