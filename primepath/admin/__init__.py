"""The administration site. Importing this package registers its pages."""

from primepath.admin import (
    access_requests,
    accounts,
    assignments,
    cells,
    class_curricula,
    classes,
    curriculum,
    exams,
    history,
    school_days,
    school_rules,
    sessions,
    teachers,
    tokens,
)

__all__ = [
    "access_requests",
    "accounts",
    "assignments",
    "cells",
    "class_curricula",
    "classes",
    "curriculum",
    "exams",
    "history",
    "school_days",
    "school_rules",
    "sessions",
    "teachers",
    "tokens",
]
