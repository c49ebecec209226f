"""The administration site. Importing this package puts its pages in place."""

from primepath.admin import (
    access_requests,
    assignments,
    cells,
    class_curricula,
    classes,
    curriculum,
    exams,
    history,
    sessions,
    teachers,
    tokens,
)

__all__ = [
    "access_requests",
    "assignments",
    "cells",
    "class_curricula",
    "classes",
    "curriculum",
    "exams",
    "history",
    "sessions",
    "teachers",
    "tokens",
]
