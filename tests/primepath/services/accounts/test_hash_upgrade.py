"""Hashes of former algorithms are accepted, and replaced at the next sign-in."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from primepath.services.accounts import hash_upgrade
from primepath.services.accounts.hash_upgrade import check_and_upgrade
from primepath.services.accounts.sign_in import sign_in
from primepath.services.accounts.tokens import create_token, find_token
from tests.factories import make_teacher

pytestmark = pytest.mark.django_db
PASSWORD = "the right pass phrase"


def _mina(algorithm: str = "pbkdf2_sha256") -> User:
    return make_teacher("mina", password=make_password(PASSWORD, hasher=algorithm)).user


def _stored(user: User) -> str:
    return User.objects.values_list("password", flat=True).get(pk=user.pk)


@pytest.mark.parametrize("algorithm", ["pbkdf2_sha256", "pbkdf2_sha1", "scrypt"])
def test_imported_hash_is_replaced_when_its_owner_signs_in(algorithm: str) -> None:
    user = _mina(algorithm)
    phone, _ = create_token(user=user, name="phone")
    assert _stored(user).startswith(f"{algorithm}$")
    laptop, *_ = sign_in(username="mina", password=PASSWORD, address="")
    replaced = _stored(user)
    assert replaced.startswith("argon2$argon2id$")
    assert find_token(phone) is not None, "The password is the same, so tokens stay valid."
    assert find_token(laptop) is not None
    sign_in(username="mina", password=PASSWORD, address="")
    assert _stored(user) == replaced


def test_argon2_hash_with_the_parameters_of_django_is_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("primepath.services.passwords.hashers.Argon2Hasher.memory_cost", 16)
        user = _mina("argon2")
    sign_in(username="mina", password=PASSWORD, address="")
    assert _stored(user) != user.password


def test_wrong_password_replaces_nothing() -> None:
    user = _mina()
    assert not check_and_upgrade(user, "wrong")
    assert _stored(user) == user.password


def test_two_sign_ins_at_the_same_time_replace_the_hash_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise the second hash would end the token of the first sign-in."""
    user = _mina()
    other = User.objects.get(pk=user.pk)

    def hash_while_another_signs_in(password: str) -> str:
        monkeypatch.undo()
        assert check_and_upgrade(other, password)
        return make_password(password)

    monkeypatch.setattr(hash_upgrade, "make_password", hash_while_another_signs_in)
    assert check_and_upgrade(user, PASSWORD)
    assert user.password == other.password == _stored(user)


def test_password_that_changes_meanwhile_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    user = _mina()

    def hash_while_the_password_changes(password: str) -> str:
        monkeypatch.undo()
        other = User.objects.get(pk=user.pk)
        other.set_password("another pass phrase")
        other.save()
        return make_password(password)

    monkeypatch.setattr(hash_upgrade, "make_password", hash_while_the_password_changes)
    assert not check_and_upgrade(user, PASSWORD)
    assert check_and_upgrade(user, "another pass phrase")
