"""The owner of a session, in one query.

Django reads the session first, and then the user whom it names. The process remembers the user of each session that Django has
verified. So one statement can read both. Nothing else is remembered: each request reads the session's content and its end, and
the user's password and rights.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from threading import Lock
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import QuerySet, Subquery
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from primepath.db.statement import Lookup, Parameter, Statement
from primepath.domain.viewer import Viewer
from primepath.services.accounts.observation import Observation, Observer
from primepath.services.accounts.viewers import ACCOUNT_COLUMNS, viewer_of_account

_MOST_SESSIONS = 10_000


def _make(session_key: Parameter, user_id: Parameter, now: Parameter) -> QuerySet[Any, Any]:
    session = Session.objects.filter(pk=session_key, expire_date__gt=now)
    return User.objects.filter(pk=user_id).values_list(
        Subquery(session.values("session_data")[:1]),
        "password",
        *Observer.columns(now),
        *ACCOUNT_COLUMNS,
    )


_sessions = Statement(_make)
_contents = Statement(
    lambda keys, now: Session.objects.filter(pk__key_in=keys, expire_date__gt=now).values_list(
        "session_key", "session_data"
    )
)
_passwords = Statement(
    lambda ids: User.objects.filter(pk__key_in=ids, is_active=True).values_list("pk", "password")
)


class SessionOwner(NamedTuple):
    """The owner of a valid session, and the state of the database if it is known."""

    viewer: Viewer
    observation: Observation | None


class _Verified(NamedTuple):
    """The user of a session. ``proof``: digest of the session's content and the user's password that were found to belong together."""

    user_id: int
    proof: bytes = b""


# By the digest of the session's key, so that no list of keys is in memory.
_known: OrderedDict[bytes, _Verified] = OrderedDict()
_lock = Lock()


def remember_session(session: Any, user_id: int) -> None:
    """Remember the user of a session that Django has just verified."""
    if session.session_key and (key := _digest(session.session_key)) not in _known:
        _remember(key, _Verified(user_id))


def find_session(session_key: str) -> SessionOwner | None:
    """Return the owner of a session, in one query. None if Django must read it, for example because it is not valid."""
    lookup = look_up_session(session_key)
    return None if lookup is None else lookup.run()


def look_up_session(session_key: str) -> Lookup[SessionOwner | None] | None:
    """Return the query of `find_session`. None if the process does not know the session."""
    key = _digest(session_key)
    known = _known.get(key)
    if known is None:
        return None
    observer = Observer()

    def read(rows: Iterable[tuple[Any, ...]]) -> SessionOwner | None:
        for content, password, state, access_ends_at, *account in rows:
            if content is None or not _belongs_to(key, known, content, password):
                break
            if (viewer := viewer_of_account(*account)) is None:
                break
            return SessionOwner(viewer, observer.observation(state, access_ends_at))
        with _lock:
            _known.pop(key, None)
        return None

    return Lookup(_sessions.bind(session_key, known.user_id, observer.now), read)


def valid_sessions(session_keys: Collection[str]) -> set[str]:
    """Return which of these sessions are valid: not ended, and since then the user's password is the same. Two queries."""
    contents: dict[str, str] = dict(_contents(list(session_keys), timezone.now()))
    verified = {
        session_key: _known.get(_digest(session_key)) or _Verified(_user_id(content))
        for session_key, content in contents.items()
    }
    user_ids = {each.user_id for each in verified.values()}
    passwords: dict[int, str] = dict(_passwords(list(user_ids)))
    return {
        session_key
        for session_key, each in verified.items()
        if each.user_id in passwords
        and _belongs_to(_digest(session_key), each, contents[session_key], passwords[each.user_id])
    }


def keep_session(session: Any, account: User) -> None:
    """Let a session stay valid after the password of its user was changed. It gets another key."""
    session.cycle_key()
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()


def _belongs_to(key: bytes, known: _Verified, content: str, password: str) -> bool:
    """Return whether the content of the session names this user and their present password, as Django's `get_user` checks it."""
    # The result depends on nothing else, so it is checked only once.
    proof = _digest(f"{content} {password}")
    if known.proof == proof:
        return True
    session = SessionStore().decode(content)
    if not _names(session, known.user_id, password):
        return False
    _remember(key, known._replace(proof=proof))
    return True


def _user_id(content: str) -> int:
    """Return the user whom the content of a session names, or 0."""
    return int(SessionStore().decode(content).get(SESSION_KEY, 0))


def _names(session: Mapping[str, Any], user_id: int, password: str) -> bool:
    return (
        str(session.get(SESSION_KEY)) == str(user_id)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(
            session.get(HASH_SESSION_KEY) or "", User(password=password).get_session_auth_hash()
        )
    )


def _remember(key: bytes, verified: _Verified) -> None:
    with _lock:
        _known[key] = verified
        _known.move_to_end(key)
        if len(_known) > _MOST_SESSIONS:
            _known.popitem(last=False)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
