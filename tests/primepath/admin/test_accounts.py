"""The pages of accounts, and the pages that set passwords."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client, override_settings
from django.urls import NoReverseMatch, reverse

from primepath.models import HistoryEntry, Teacher
from primepath.services.passwords.hashers import Argon2Hasher
from tests.primepath.admin.pages import add_url, change_url, errors_of, filled, list_url
from tests.primepath.admin.school import Row, written_since
from tests.primepath.admin.test_every_change_is_recorded import only_services_write

STRONG = "a long pass phrase 42"


def _password_url(user: User) -> str:
    return reverse("admin:auth_user_password_change", args=[user.pk])


def _entries() -> list[tuple[str, str, list[list[object]]]]:
    return [
        (each.action, each.actor_name, each.changes)
        for each in HistoryEntry.objects.filter(subject="ACCOUNT").order_by("pk")
    ]


def test_an_account_is_created_with_a_password(superuser: Client) -> None:
    data = filled(superuser, add_url(User)) | {
        "username": "mina",
        "usable_password": "true",
        "password1": STRONG,
        "password2": STRONG,
    }
    with only_services_write():
        assert superuser.post(add_url(User), data).status_code == 302
    user = User.objects.get(username="mina")
    assert user.check_password(STRONG)
    ((action, _, changes),) = _entries()
    assert action == "CREATE_ACCOUNT"
    assert ["username", None, "mina"] in changes
    assert not any("password" in str(field).lower() for field, *_ in changes)


@pytest.mark.django_db(transaction=True)
def test_a_password_is_hashed_before_the_transaction(
    superuser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = filled(superuser, add_url(User)) | {
        "username": "mina",
        "usable_password": "true",
        "password1": STRONG,
        "password2": STRONG,
    }
    encode = Argon2Hasher.encode
    in_transaction = []

    def observed(*args: Any, **kwargs: Any) -> Any:
        in_transaction.append(connection.in_atomic_block)
        return encode(*args, **kwargs)

    monkeypatch.setattr(Argon2Hasher, "encode", observed)
    with override_settings(PASSWORD_HASHERS=[f"{Argon2Hasher.__module__}.{Argon2Hasher.__name__}"]):
        assert superuser.post(add_url(User), data).status_code == 302
    assert set(in_transaction) == {False}


def test_an_account_can_be_without_a_password(superuser: Client) -> None:
    data = filled(superuser, add_url(User)) | {"username": "mina", "usable_password": "false"}
    assert superuser.post(add_url(User), data).status_code == 302
    assert not User.objects.get(username="mina").has_usable_password()


def test_making_a_user_staff_is_recorded(superuser: Client, row: Row) -> None:
    url = change_url(row.teacher.user)
    data = filled(superuser, url) | {"is_staff": "on"}
    assert superuser.post(url, data).status_code == 302
    assert User.objects.get(pk=row.teacher.user.pk).is_staff
    assert _entries() == [("UPDATE_ACCOUNT", "root", [["isStaff", False, True]])]


def test_superusers_do_not_lock_themselves_out(superuser: Client) -> None:
    url = change_url(User.objects.get(username="root"))
    data = filled(superuser, url)
    for name in ("is_active", "is_staff", "is_superuser"):
        posted = {key: value for key, value in data.items() if key != name}
        assert list(errors_of(superuser.post(url, posted))) == [name]
    assert not _entries()


@pytest.mark.parametrize("usable", [True, False])
def test_a_password_is_set_or_removed_and_never_recorded(
    superuser: Client, row: Row, usable: bool
) -> None:
    user = row.teacher.user
    user.set_password("an old pass phrase")
    user.save()
    data = {
        "usable_password": str(usable).lower(),
        "password1": STRONG if usable else "",
        "password2": STRONG if usable else "",
        "set-password" if usable else "unset-password": "x",
    }
    with only_services_write():
        assert superuser.post(_password_url(user), data).status_code == 302
    user.refresh_from_db()
    assert user.has_usable_password() is usable
    assert user.check_password(STRONG) is usable
    changes = [] if usable else [["hasPassword", True, False]]
    assert _entries() == [("SET_PASSWORD", "root", changes)]
    assert user.password not in str(HistoryEntry.objects.values_list("changes", flat=True))


def test_only_superusers_set_passwords_of_others(head: Client, staff: Client, row: Row) -> None:
    for client in (head, staff):
        assert client.get(_password_url(row.teacher.user)).status_code == 403
        assert client.post(_password_url(row.teacher.user), {}).status_code == 403
        assert client.get(change_url(row.teacher.user)).status_code == 403


def test_a_head_teacher_changes_their_own_password(head: Client, head_teacher: Teacher) -> None:
    user = head_teacher.user
    user.set_password("an old pass phrase")
    user.save()
    head.force_login(user)
    data = {
        "old_password": "an old pass phrase",
        "new_password1": STRONG,
        "new_password2": STRONG,
    }
    url = reverse("admin:password_change")
    assert head.get(url).status_code == 200
    with only_services_write():
        response = head.post(url, data, follow=True)
    assert response.redirect_chain == [(reverse("admin:password_change_done"), 302)]
    user.refresh_from_db()
    assert user.check_password(STRONG)
    assert _entries() == [("SET_PASSWORD", "Head-Teacher", [])]
    assert head.get("/admin/").status_code == 200


def test_the_switch_of_a_teacher_is_a_change_of_the_account(head: Client, row: Row) -> None:
    url = change_url(row.teacher)
    data = filled(head, url)
    del data["can_sign_in"]
    assert head.post(url, data).status_code == 302
    (entry,) = written_since(row)
    assert (entry.subject, entry.subject_key) == ("ACCOUNT", str(row.teacher.user.pk))
    assert (entry.action, entry.changes) == ("UPDATE_ACCOUNT", [["isActive", True, False]])


def test_the_history_names_accounts_and_links_them_for_superusers_only(
    head: Client, superuser: Client, row: Row
) -> None:
    test_the_switch_of_a_teacher_is_a_change_of_the_account(head, row)
    history, link = list_url(HistoryEntry), change_url(row.teacher.user)
    for client, is_linked in ((head, False), (superuser, True)):
        page = client.get(history).content.decode()
        assert "<strong>active</strong>: yes → no" in page
        assert "colleague-1" in page
        assert (link in page) is is_linked


def test_groups_have_no_page() -> None:
    with pytest.raises(NoReverseMatch):
        list_url(Group)
