"""Create a class."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from primepath.domain.cell import is_class_code
from primepath.domain.errors import UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.models import SchoolClass
from primepath.services.permissions import check_administrator
from primepath.services.school.class_values import CLASSES, ClassValues, check_class
from primepath.services.validation import ValidationErrors

_REQUIRED: Any = {"name": "", "division": "", "grade": -1}


@transaction.atomic
def create_class(*, viewer: Viewer, code: str, values: ClassValues) -> SchoolClass:
    """Create a class. Its code never changes, because the ids of cells contain it.

    Error codes: ``FORBIDDEN`` unless the viewer is a head teacher or staff, ``INVALID_CHARACTERS`` or ``DUPLICATE`` for
    the code, ``BLANK``, ``TOO_LONG``, ``OUT_OF_RANGE``.
    """
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    check_class({**_REQUIRED, **values}, errors)
    if not is_class_code(code):
        template = _(
            "A class code has 1 to {limit} letters (A-Z, a-z), digits, underscores and hyphens."
        )
        limit = SchoolClass._meta.pk.max_length
        errors.add(UserErrorCode.INVALID_CHARACTERS, template, "code", limit=limit)
    elif SchoolClass.objects.filter(pk=code).exists():
        template = _("Class {class_code} already exists.")
        errors.add(UserErrorCode.DUPLICATE, template, "code", class_code=code)
    errors.raise_if_any()
    school_class = SchoolClass(code=code, **values)
    CLASSES.insert(school_class, viewer=viewer)
    return school_class
