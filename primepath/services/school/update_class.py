"""Change a class, or make it active or inactive."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.models import SchoolClass
from primepath.services.permissions import check_administrator
from primepath.services.school.class_values import CLASSES, ClassValues, check_class
from primepath.services.validation import ValidationErrors


@transaction.atomic
def update_class(*, viewer: Viewer, code: str, values: ClassValues) -> SchoolClass:
    """Change a class. An inactive class disappears from every schedule; its cells stay stored.

    Error codes: ``FORBIDDEN`` unless the viewer is a head teacher or staff, ``NOT_FOUND``, ``BLANK``, ``TOO_LONG``,
    ``INVALID_CHARACTERS``, ``OUT_OF_RANGE``.
    """
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    check_class(values, errors)
    school_class = SchoolClass.objects.select_for_update(no_key=True).filter(pk=code).first()
    if school_class is None:
        template = _("Class {class_code} does not exist.")
        errors.add(UserErrorCode.NOT_FOUND, template, "code", class_code=code)
    errors.raise_if_any()
    assert school_class is not None
    CLASSES.change(school_class, values, viewer=viewer)
    return school_class
