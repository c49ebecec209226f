"""The forms of a teacher, without and with the switch of their account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from primepath.admin.common.service_forms import ServiceForm
from primepath.models import Teacher
from primepath.services.accounts.create_teacher import create_teacher
from primepath.services.accounts.set_account_active import set_account_active
from primepath.services.accounts.update_teacher import update_teacher


class TeacherForm(ServiceForm[Teacher]):
    """Adds a teacher, or changes their name and head-teacher status."""

    error_fields = {"user_id": "user", "is_active": "can_sign_in"}

    def write(self) -> Teacher:
        values: Any = self.entered("name", "is_head_teacher")
        if self.is_new:
            user_id = self.cleaned_data["user"].pk
            return create_teacher(viewer=self.viewer, user_id=user_id, values=values)
        return update_teacher(viewer=self.viewer, teacher_id=self.instance.pk, values=values)


class TeacherAccountForm(TeacherForm):
    """Changes a teacher, and whether they can sign in."""

    can_sign_in = forms.BooleanField(
        label=_("Can sign in"),
        required=False,
        help_text=_(
            "Clear this when the teacher leaves. Their sessions and tokens end immediately."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["can_sign_in"] = self.instance.user.is_active

    def write(self) -> Teacher:
        teacher = super().write()
        if "can_sign_in" in self.changed_data:
            set_account_active(
                viewer=self.viewer,
                account_id=teacher.user_id,
                is_active=self.cleaned_data["can_sign_in"],
            )
        return teacher
