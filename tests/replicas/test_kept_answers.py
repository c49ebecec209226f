"""The state of the database on a replica: an answer from it is kept only if it shows the same as the primary."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User

from primepath.models.database_state import current_state, use_state
from primepath.server.answer_life import AnswerLife, begin_life
from primepath.services.accounts.tokens import create_token, find_token
from tests.replicas.school import School, counted, note, notes
from tests.writing.transactions import open_transaction

pytestmark = pytest.mark.one_database


@pytest.fixture
def token(school: School) -> Iterator[str]:
    text, stored = create_token(user=User.objects.get(username="mina"), name="Test")
    yield text
    stored.delete()
    use_state(None)


def read(school: School, token: str) -> AnswerLife:
    """Read the notes as a request does: its authentication first."""
    found = find_token(token)
    assert found is not None
    assert found.observation is not None
    use_state(found.observation.database)
    life = begin_life()
    assert notes(school.viewer).keys() == {"A"}
    assert current_state() == found.observation.database
    return life


def test_answer_of_an_equal_replica_is_kept(school: School, token: str) -> None:
    note(school.head, "A", "equal")
    school.wait_for_replay()
    with counted(replica=1):
        assert read(school, token).can_be_kept


def test_answer_of_a_replica_that_is_behind_is_not_kept(school: School, token: str) -> None:
    school.wait_for_replay()
    with school.paused():
        note(school.head, "B", "not replayed")
        with counted(replica=1):
            assert not read(school, token).can_be_kept
    with counted(replica=1):
        assert read(school, token).can_be_kept


def test_open_transaction_is_missing_on_both_servers(school: School, token: str) -> None:
    with open_transaction(lambda: note(school.head, "A", "kept, late")):
        note(school.head, "B", "kept, early")
        school.wait_for_replay()
        assert read(school, token).can_be_kept
