"""Fill an empty database with the demo school and the users of the trial: ``python -m benchmarks.trial.fill FILE``."""

from __future__ import annotations

import sys
from pathlib import Path

import django

django.setup()

from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password  # noqa: E402
from django.contrib.auth.models import User as Account  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.product import (  # noqa: E402
    AccessLevel,
    Exam,
    ExamType,
    SchoolClass,
    Teacher,
    TeacherClassAssignment,
    create_token,
)
from benchmarks.trial.school import PASSWORD, School, User  # noqa: E402

_TEACHERS, _HEAD_TEACHERS, _PEOPLE = 64, 24, 60
_CLASSES_EACH = 5
_EXTRA_CLASS = "PRIMARY_1Z"


def main() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    call_command("seed_demo", verbosity=0)
    with transaction.atomic():
        school = _add_users()
    connections.close_all()
    school.save(Path(sys.argv[1]))


def _add_users() -> School:
    # The demo school has 60 classes.
    SchoolClass.objects.get_or_create(
        code=_EXTRA_CLASS,
        defaults={"name": "1Z", "division": "PRIMARY", "grade": 1, "section": "Z"},
    )
    codes = sorted(SchoolClass.objects.values_list("code", flat=True))
    exams = Exam.objects.bulk_create(
        Exam(name=f"Trial {letter}", type=ExamType.REVIEW, total_questions=10, timer_minutes=20)
        for letter in "ABCD"
    )
    # One hash for all accounts: 200 hashes would take a minute.
    password = make_password(PASSWORD)
    # As many iterations as Django uses by default.
    imported = PBKDF2PasswordHasher().encode(PASSWORD, "saltoftheothersystem")
    teachers = [_teacher(f"trial{number}", password) for number in range(_TEACHERS)]
    heads = [
        _teacher(f"trialhead{number}", password, is_head=True) for number in range(_HEAD_TEACHERS)
    ]
    return School(
        year=timezone.localdate().year,
        classes=codes,
        exams=[f"Exam:{exam.pk}" for exam in exams],
        teachers=[
            _user(each, [codes[(number + step) % len(codes)] for step in range(_CLASSES_EACH)])
            for number, each in enumerate(teachers)
        ],
        head_teachers=[_user(each, codes, assigned=False) for each in heads],
        people=_people("person", password, codes),
        imported=_people("imported", imported, codes),
    )


def _people(name: str, password: str, codes: list[str]) -> list[str]:
    names = [f"{name}{number}" for number in range(_PEOPLE)]
    for each in names:
        _assign(_teacher(each, password), codes[:1])
    return names


def _teacher(name: str, password: str, *, is_head: bool = False) -> Teacher:
    account = Account.objects.create(username=name, password=password)
    return Teacher.objects.create(user=account, name=name, is_head_teacher=is_head)


def _assign(teacher: Teacher, codes: list[str]) -> None:
    TeacherClassAssignment.objects.bulk_create(
        TeacherClassAssignment(teacher=teacher, school_class_id=code, access_level=AccessLevel.FULL)
        for code in codes
    )


def _user(teacher: Teacher, codes: list[str], *, assigned: bool = True) -> User:
    if assigned:
        _assign(teacher, codes)
    token, _ = create_token(user=teacher.user, name="Trial")
    return User(teacher.user.username, token, codes)


if __name__ == "__main__":
    main()
