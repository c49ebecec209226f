"""The accounts of the demo school."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from primepath.models import Teacher

DEMO_PASSWORD = "primepath-demo"
HEAD_TEACHER = "head"
TEACHER = "teacher"
NEWCOMER = "newcomer"
ADMINISTRATOR = "admin"

# All teachers except the head teacher, the newcomer and the teacher in the examples.
CLASS_TEACHERS = {
    "seoyeon": "이서연",
    "doyun": "박도윤",
    "jiwoo": "최지우",
    "haeun": "정하은",
    "yejun": "강예준",
    "seoa": "윤서아",
    "emile": "Émile Laurent",
    "jose": "José Álvarez",
    "soren": "Søren Østergaard",
    "lukasz": "Łukasz Wójcik",
    "bjorn": "Björn Åkesson",
    "anna": "Anna Müller",
    "daniel": "Daniel Carter",
    "hannah": "Hannah Brooks",
    "oliver": "Oliver Grant",
    "priya": "Priya Nair",
    "eloise": "Éloïse Dubois",
}
TEACHERS = {
    HEAD_TEACHER: "Margaret Ellis",
    TEACHER: "김민준",
    NEWCOMER: "Zoë Lefèvre",
    **CLASS_TEACHERS,
}

_JOINED_AT = datetime(2024, 3, 1, tzinfo=UTC)
# The password is published, so a secret salt would protect nothing. With a fixed salt the rows are always the same.
# It is as long as Django's salts. Django would replace a shorter one at the next sign-in.
_SALT = "primepathdemoprimepath"


def seed_accounts(*, report: Callable[[str], None]) -> dict[str, int]:
    """Add the missing users and teachers. Return the teachers' keys by username."""
    usernames = [*TEACHERS, ADMINISTRATOR]
    known = set(User.objects.filter(username__in=usernames).values_list("username", flat=True))
    missing = [username for username in usernames if username not in known]
    if missing:
        password = make_password(DEMO_PASSWORD, salt=_SALT)
        User.objects.bulk_create(
            [
                User(
                    username=username,
                    password=password,
                    is_staff=username == ADMINISTRATOR,
                    is_superuser=username == ADMINISTRATOR,
                    date_joined=_JOINED_AT,
                )
                for username in missing
            ],
            ignore_conflicts=True,
        )
    user_ids = dict(User.objects.filter(username__in=TEACHERS).values_list("username", "pk"))
    Teacher.objects.bulk_create(
        [
            Teacher(user_id=user_ids[username], name=name, is_head_teacher=username == HEAD_TEACHER)
            for username, name in TEACHERS.items()
        ],
        ignore_conflicts=True,
    )
    report(f"Accounts: {len(missing)} added, {len(known)} kept.")
    return dict(
        Teacher.objects.filter(user__username__in=TEACHERS).values_list("user__username", "pk")
    )
