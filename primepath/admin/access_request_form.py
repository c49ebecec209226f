"""The form that decides a request for access."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime, AdminTextareaWidget
from django.utils.translation import gettext_lazy as _

from primepath.admin.common.service_forms import ServiceForm
from primepath.db.constraints import choices
from primepath.domain.school_class import AccessLevel
from primepath.models import ClassAccessRequest
from primepath.services.access.approve_class_access_request import approve_class_access_request
from primepath.services.access.deny_class_access_request import deny_class_access_request

_APPROVE, _DENY = "APPROVE", "DENY"
DECISION_FIELDS = ("decision", "access_level", "expires_at", "note")


class DecisionForm(ServiceForm[ClassAccessRequest]):
    """Approves or denies a request."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("", "---------"), (_APPROVE, _("Approve")), (_DENY, _("Deny"))],
    )
    access_level = forms.ChoiceField(
        label=_("Access level"),
        choices=choices(AccessLevel),
        help_text=_("Access that the teacher gets if you approve."),
    )
    expires_at = forms.SplitDateTimeField(
        label=_("Expires at"),
        required=False,
        widget=AdminSplitDateTime,
        help_text=_(
            "Date and time when the access ends if you approve. Leave empty for no expiry."
        ),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        widget=AdminTextareaWidget,
        help_text=_("Shown to the teacher. Required when denying."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["access_level"] = self.instance.requested_access_level

    def write(self) -> ClassAccessRequest:
        request_id, entered = self.instance.pk, self.cleaned_data
        if entered["decision"] == _DENY:
            return deny_class_access_request(
                viewer=self.viewer, request_id=request_id, note=entered["note"]
            )
        return approve_class_access_request(
            viewer=self.viewer,
            request_id=request_id,
            access_level=AccessLevel(entered["access_level"]),
            expires_at=entered["expires_at"],
            note=entered["note"],
        )
