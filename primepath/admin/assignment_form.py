"""The form of an assignment. It is on its own page and in the tables of teachers and classes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from primepath.admin.common.service_forms import ServiceForm
from primepath.domain.school_class import AccessLevel
from primepath.models import TeacherClassAssignment
from primepath.services.access.assign_teacher import assign_teacher
from primepath.services.access.revoke_teacher import revoke_teacher

_CHANGEABLE = ("access_level", "expires_at", "is_active")


class AssignmentForm(ServiceForm[TeacherClassAssignment]):
    """Assigns a teacher, changes an assignment, or revokes it by making it inactive."""

    error_fields = {"teacher_id": "teacher", "class_code": "school_class"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_new:
            return
        for name in _CHANGEABLE:
            if name in self.fields:
                # Compared with what the page showed. Otherwise saving the page for another reason would
                # restore an assignment that another user has revoked meanwhile.
                self.fields[name].show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("is_active") is False and {*_CHANGEABLE[:2]} & {*self.changed_data}:
            self.add_error(
                "is_active", _("You cannot deactivate an assignment and edit it in the same step.")
            )
        return cleaned

    def write(self) -> TeacherClassAssignment:
        assignment, entered = self.instance, self.cleaned_data
        if not self.is_new and not entered["is_active"]:
            return revoke_teacher(viewer=self.viewer, assignment_id=assignment.pk)
        return assign_teacher(
            viewer=self.viewer,
            teacher_id=assignment.teacher_id,
            class_code=assignment.school_class_id,
            access_level=AccessLevel(entered["access_level"]),
            expires_at=entered["expires_at"],
        )
