"""The language switch of the pages."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from primepath.domain.language import Language, known_language
from primepath.pages.page import PAGE_HEADERS
from primepath.server.language import remember_language
from primepath.services.accounts.set_language import set_language
from primepath.services.accounts.viewers import viewer_of


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Set the language of this browser, and of the account if a user is signed in. Redirect to the page with the switch."""
    language = known_language(request.POST.get("language", ""))
    if language is None:
        return HttpResponseBadRequest()
    if (viewer := viewer_of(request.user)) is not None:
        set_language(viewer=viewer, language=language)
    remember_language(request, language)
    return HttpResponseRedirect(_origin(request), headers=PAGE_HEADERS)


def other_languages(request: HttpRequest) -> dict[str, list[Language]]:
    """Context processor with the languages that the switch offers."""
    current = get_language()
    return {"other_languages": [language for language in Language if language != current]}


def _origin(request: HttpRequest) -> str:
    """Return the address of the page that sent the form. Its script can have changed the address since it was loaded."""
    page = request.headers.get("Referer", "")
    is_own = url_has_allowed_host_and_scheme(
        page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return page if is_own else reverse("matrix")


@receiver(user_logged_in)
def use_stored_language(request: HttpRequest, user: User, **_signal: Any) -> None:
    """Let a browser use the language that the user has chosen, also in another browser."""
    viewer = viewer_of(user)
    if viewer is not None and viewer.language:
        remember_language(request, viewer.language)
