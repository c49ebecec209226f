"""The page on which a person sets a password with a link."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from primepath.domain.errors import ValidationFailedError
from primepath.pages.account.outcome import Outcome
from primepath.pages.page import page
from primepath.services.accounts.account_links import find_link
from primepath.services.accounts.set_password_by_link import set_password_by_link


@require_http_methods(["GET", "HEAD", "POST"])
def set_password_page(request: HttpRequest, secret: str) -> HttpResponse:
    """Show the form, or store the password and go to the sign-in page. A link does not sign in."""
    link = find_link(secret)
    if link is None:
        return page(request, "pages/link_over.html", {}, status=404)
    outcome = Outcome()
    if request.method == "POST":
        outcome = _store(request, secret)
        if outcome.message:
            messages.success(request, outcome.message)
            return redirect("sign-in")
    status = 422 if outcome.problems else 200
    context = {"link": link, "outcome": outcome}
    return page(request, "pages/set_password.html", context, status=status)


def _store(request: HttpRequest, secret: str) -> Outcome:
    password = request.POST.get("password", "")
    if password != request.POST.get("repeated"):
        return Outcome([_("The two new passwords are not equal.")])
    try:
        account = set_password_by_link(secret=secret, password=password)
    except ValidationFailedError as rejected:
        return Outcome.rejected(rejected, {"password": _("New password")})
    template = _("Your password is set. Sign in as {username}.")
    return Outcome(message=template.format(username=account.username))
