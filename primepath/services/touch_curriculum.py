"""Makes cached curricula stale when the names in them change."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import QuerySet

from primepath.models import ClassCurriculumMapping, CurriculumLevel, SchoolClass


@transaction.atomic
def touch_curriculum(*, levels: QuerySet[CurriculumLevel]) -> None:
    """Gives every class that learns one of ``levels``, in any year, a new `curriculum_version`.

    A level's full name is made of its program, sub-program and number. Whoever changes one of these
    calls this in the same transaction, and before the change: it locks the levels, so that no class
    comes to learn one of them unseen between this and the commit.
    """
    level_ids = list(
        CurriculumLevel.objects.filter(pk__in=levels.order_by().values("pk"))
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    )
    learning = ClassCurriculumMapping.objects.filter(curriculum_level__key_in=level_ids)
    codes = list(
        SchoolClass.objects.filter(pk__in=learning.order_by().values("school_class"))
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    )
    SchoolClass.objects.filter(pk__key_in=codes).update(curriculum_version=uuid.uuid4())
