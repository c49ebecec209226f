"""The page ``/account/``: one's own password, tokens, calendars and classes, and the accounts of teachers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from primepath.domain.viewer import Viewer
from primepath.models import CalendarFeed, Teacher, TeacherClassAssignment
from primepath.pages.account import own_forms, teacher_forms
from primepath.pages.account.outcome import Outcome
from primepath.pages.page import page
from primepath.services.accounts.own_tokens import own_tokens
from primepath.services.accounts.viewers import viewer_of

FORMS: Mapping[str, Callable[[HttpRequest, Viewer], Outcome]] = {
    "password": own_forms.new_password,
    "revoke-token": own_forms.revoke_token,
    "revoke-tokens": own_forms.revoke_tokens,
    "create-feed": own_forms.create_feed,
    "revoke-feed": own_forms.revoke_feed,
    "invite": teacher_forms.invite,
    "reset": teacher_forms.reset,
    "set-active": teacher_forms.set_active,
}
"""The forms of the page by the value of their field ``form``. Each calls a service, which checks permission."""


@login_required(login_url="sign-in")
@require_http_methods(["GET", "HEAD", "POST"])
def account_page(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request.user)
    if viewer is None:
        raise PermissionDenied
    outcome, form = Outcome(), ""
    if request.method == "POST":
        form = request.POST.get("form", "")
        if form not in FORMS:
            raise SuspiciousOperation("Unknown form")
        outcome = FORMS[form](request, viewer)
        if outcome.message:
            messages.success(request, outcome.message)
            return redirect("account")
    status = 422 if outcome.problems else 200
    context = {**_shown(viewer), "outcome": outcome, "form": form}
    return page(request, "pages/account.html", context, status=status)


def _shown(viewer: Viewer) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "viewer": viewer,
        "tokens": own_tokens(viewer),
        "feeds": CalendarFeed.objects.filter(user=viewer.user_id, revoked_at=None),
        "assignments": TeacherClassAssignment.objects.giving_access()
        .filter(teacher=viewer.teacher_id)
        .select_related("school_class")
        .order_by("school_class__code_order", "school_class_id"),
    }
    if viewer.is_administrator:
        others = Teacher.objects.exclude(user=viewer.account_id)
        shown["teachers"] = others.select_related("user").order_by("name_order", "pk")
    return shown
