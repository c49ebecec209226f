"""Browsers of different users of the admin site."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from primepath.models import Teacher
from tests.factories import make_teacher
from tests.primepath.admin.school import Row, make_row


@pytest.fixture
def head_teacher(db: None) -> Teacher:
    return make_teacher("head-teacher", head=True)


@pytest.fixture
def head(head_teacher: Teacher) -> Client:
    """A browser signed in as a head teacher who is neither staff nor superuser."""
    return signed_in(head_teacher.user)


@pytest.fixture
def staff(db: None) -> Client:
    """A browser signed in as staff without a profile and without Django permissions."""
    return signed_in(User.objects.create(username="office", is_staff=True))


@pytest.fixture
def superuser(db: None) -> Client:
    return signed_in(User.objects.create_superuser("root"))


@pytest.fixture
def row(db: None) -> Row:
    return make_row(1)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
