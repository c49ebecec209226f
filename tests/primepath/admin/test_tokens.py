"""The list of API tokens."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from primepath.models import ApiToken
from primepath.services.accounts.tokens import create_token, find_token
from tests.primepath.admin.pages import change_url, list_url
from tests.primepath.admin.school import Row


def test_tokens_are_revoked_once(head: Client, row: Row) -> None:
    token, stored = create_token(user=row.teacher.user, name="Tablet")
    data = {"action": "revoke", "_selected_action": [stored.pk], "index": 0}
    assert find_token(token) is not None
    for sentence in ("1 token revoked.", "0 tokens revoked."):
        page = head.post(list_url(ApiToken), data, follow=True)
        assert sentence in page.content.decode()
    assert find_token(token) is None
    assert ApiToken.objects.filter(revoked_at=None).get() == row.token
    assert LogEntry.objects.count() == 1


def test_digest_is_never_shown(head: Client, row: Row) -> None:
    for url in (list_url(ApiToken), change_url(row.token)):
        page = head.get(url).content.decode()
        assert "Phone" in page
        assert row.token.digest not in page
    assert not head.get(list_url(ApiToken), {"q": row.token.digest}).context["cl"].result_list


@pytest.mark.parametrize("secret", ["digest", "password_fingerprint", "user__password"])
def test_filters_do_not_reveal_secrets(head: Client, row: Row, secret: str) -> None:
    response = head.get(list_url(ApiToken), {f"{secret}__startswith": "0"})
    assert response.status_code == 400


def test_list_shows_that_a_token_ended_with_the_password(head: Client, row: Row) -> None:
    assert "icon-yes" in head.get(list_url(ApiToken)).content.decode()
    row.teacher.user.set_password("another pass phrase")
    row.teacher.user.save()
    page = head.get(list_url(ApiToken)).content.decode()
    assert "icon-yes" not in page
    assert "icon-no" in page
