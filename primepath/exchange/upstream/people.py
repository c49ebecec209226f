"""Accounts and teachers."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from typing import Any, NamedTuple

from django.contrib.auth.hashers import (
    UNUSABLE_PASSWORD_PREFIX,
    identify_hasher,
    make_password,
)
from django.contrib.auth.models import User

from primepath.domain.text import is_blank, normalize_username
from primepath.exchange.upstream import tables, values
from primepath.exchange.upstream.outcomes import Outcome
from primepath.exchange.upstream.planner import Planner
from primepath.exchange.upstream.source import Row
from primepath.models import Teacher
from primepath.services.imports.planned import LINKED, Fate, Kind, PlannedObject, Ref

_NOT_IN_USERNAMES = re.compile(r"[^\w.@+-]+")
_MAX_USERNAME = 150
_MADE_ACCOUNT = "account of core_teacher"
EPOCH = datetime.datetime(2025, 8, 1, tzinfo=datetime.UTC)
"""The time of a row with an unreadable time: when the original was written."""


class TeacherOfSource(NamedTuple):
    """A teacher of the file."""

    ref: Ref
    is_view_only: bool


class People(NamedTuple):
    """The accounts and teachers of the file, by their keys there. ``names`` are of the accounts."""

    accounts: dict[int, Ref]
    teachers: dict[int, TeacherOfSource]
    teacher_of_account: dict[int, Ref]
    names: dict[int, str]


def plan_people(planner: Planner) -> People:
    """Plan the accounts and teachers. Pupils' accounts are only counted: nothing but their ids is read on."""
    teachers = list(planner.source.rows(tables.TEACHER))
    teacher_of_user: dict[int, Row] = {}
    for row in teachers:
        if (user_id := values.integer(row["user_id"])) is not None:
            teacher_of_user.setdefault(user_id, row)
    names = _Usernames(planner)
    accounts = _plan_accounts(planner, teacher_of_user, names)
    return _plan_teachers(planner, teachers, accounts, names)


class _Usernames:
    """Chooses usernames. A new account with a username that an account here keeps is linked to it, see `Planner.settle`."""

    def __init__(self, planner: Planner) -> None:
        self._stored = set(User.objects.values_list("username", flat=True))
        folded: defaultdict[str, list[str]] = defaultdict(list)
        for name in self._stored:
            folded[name.casefold()].append(name)
        self._folded = folded
        self.taken: set[str] = set()
        self._report = planner.report

    def note_twin(self, username: str) -> None:
        """Add a note if the username of a new account differs only in case from one that exists here."""
        others = self._folded.get(username.casefold())
        if others and username not in self._stored:
            self._report.note(
                f"Account {username} differs only in case from {others[0]}, which exists here. They are two accounts."
            )

    def is_free(self, username: str) -> bool:
        return username not in self.taken and username not in self._stored

    def spell(self, raw: object) -> str:
        """Return a valid username that no other account of the file has."""
        base = _NOT_IN_USERNAMES.sub("_", normalize_username(values.printable(raw)))
        base = base[:_MAX_USERNAME] or "_"
        name, number = base, 1
        while name in self.taken:
            number += 1
            name = f"{base[: _MAX_USERNAME - 4]}_{number}"
        self.taken.add(name)
        return name


class _Accounts(NamedTuple):
    refs: dict[int, Ref]
    rows: dict[int, Row]
    usernames: dict[int, str]


def _plan_accounts(
    planner: Planner, teacher_of_user: dict[int, Row], names: _Usernames
) -> _Accounts:
    planned: list[tuple[Row, PlannedObject, Outcome, list[str]]] = []
    accounts = _Accounts({}, {}, {})
    records = planner.records(tables.USER)
    for row in planner.source.rows(tables.USER):
        key = values.integer(row["id"]) or 0
        teacher = teacher_of_user.get(key)
        is_superuser = values.boolean(row["is_superuser"], default=False)
        is_staff = is_superuser or values.boolean(row["is_staff"], default=False)
        if teacher is None and not is_staff:
            planner.add(tables.USER, row, Outcome.NOT_CARRIED, ["NO_ROLE"])
            continue
        reasons: list[str] = []
        username = names.spell(row["username"])
        if username != values.text(row["username"]):
            reasons.append("USERNAME_SPELLING")
        password = _password(row, reasons)
        is_active = values.boolean(row["is_active"], default=True)
        if is_active and teacher and not values.boolean(teacher["is_active"], default=True):
            is_active = False
            reasons.append("INACTIVE_TEACHER")
        email = row["email"] or (teacher or {}).get("email")
        each = PlannedObject(
            Ref(Kind.ACCOUNT, tables.USER, str(key)),
            {
                "username": username,
                "first_name": values.clean(row["first_name"], 150, reasons),
                "last_name": values.clean(row["last_name"], 150, reasons),
                "email": values.clean(email, 254, reasons),
                "is_active": is_active,
                "is_staff": is_staff,
                "is_superuser": is_superuser,
            },
            extra={
                "password": password,
                "last_login": _last_login(row),
                "date_joined": values.moment_or(row["date_joined"], EPOCH),
            },
        )
        outcome = Outcome.CHANGED if reasons else Outcome.IMPORTED
        if str(key) not in records:
            names.note_twin(username)
        accounts.refs[key], accounts.rows[key] = each.ref, row
        accounts.usernames[key] = username
        planned.append((row, each, outcome, reasons))
    planner.settle([each for _row, each, *_rest in planned], Kind.ACCOUNT)
    for row, each, outcome, reasons in planned:
        if each.fate is Fate.LINKED:
            outcome, reasons = Outcome.MERGED, ["USERNAME_EXISTS"]
        name = values.text(row["username"])
        username = each.values["username"]
        message = f"{values.printable(name)} -> {username}" if name != username else username
        if "NO_PASSWORD" in reasons:
            message += "; no password: invite this person"
        planner.add(tables.USER, row, outcome, reasons, of=each.ref, message=message)
    return accounts


def _password(row: Row, reasons: list[str]) -> str:
    """Return the hash as it is, or an unusable one."""
    stored = values.text(row["password"])
    if stored.startswith(UNUSABLE_PASSWORD_PREFIX) and len(stored) <= 128:
        reasons.append("NO_PASSWORD")
        return stored
    try:
        if len(stored) <= 128 and stored.isascii() and stored.isprintable():
            identify_hasher(stored).decode(stored)
            return stored
    except (ValueError, AssertionError, KeyError, NotImplementedError):
        pass
    reasons.append("NO_PASSWORD")
    return make_password(None)


def _last_login(row: Row) -> datetime.datetime | None:
    try:
        return values.moment(row["last_login"])
    except values.UnreadableError:
        return None


def _plan_teachers(
    planner: Planner, rows: list[Row], accounts: _Accounts, names: _Usernames
) -> People:
    made: list[PlannedObject] = []
    planned: list[tuple[Row, PlannedObject, list[str], str]] = []
    teachers: dict[int, TeacherOfSource] = {}
    teacher_of_account: dict[int, Ref] = {}
    made_before = planner.records(_MADE_ACCOUNT)
    for row in rows:
        key, reasons, message = values.integer(row["id"]) or 0, list[str](), ""
        user_id = values.integer(row["user_id"])
        is_active = values.boolean(row["is_active"], default=True)
        if user_id in accounts.refs and user_id not in teacher_of_account:
            account, username = accounts.refs[user_id], accounts.usernames[user_id]
            user_row = accounts.rows[user_id]
            full_name = (
                f"{values.text(user_row['first_name'])} {values.text(user_row['last_name'])}"
            )
            teacher_of_account[user_id] = Ref(Kind.TEACHER, tables.TEACHER, str(key))
        else:
            account = Ref(Kind.ACCOUNT, _MADE_ACCOUNT, str(key))
            username = "" if account.key in made_before else _free_username(row, key, names)
            full_name = ""
            reasons.append("ACCOUNT_MADE")
            made.append(_made_account(account, row, username, is_active=is_active))
            if username:
                message = f"account {username}, no password: invite this person"
        if not is_active:
            reasons.append("INACTIVE_TEACHER")
        name = row["name"]
        if is_blank(values.text(name)):
            reasons.append("NAME_BLANK")
            email = values.text(row["email"])
            candidates = (full_name, username, email.partition("@")[0], f"Teacher {key}")
            name = next(each for each in candidates if not is_blank(each))
        each = PlannedObject(
            Ref(Kind.TEACHER, tables.TEACHER, str(key)),
            {
                "user_id": account,
                "name": values.clean(name, 100, reasons).strip(),
                "is_head_teacher": values.boolean(row["is_head_teacher"], default=False),
            },
        )
        is_view_only = values.text(row["global_access_level"]).strip().upper() == "VIEW_ONLY"
        teachers[key] = TeacherOfSource(each.ref, is_view_only)
        planned.append((row, each, reasons, message))
    planner.settle(made, Kind.ACCOUNT)
    linked = _link_profiles(planner, [each for _row, each, *_rest in planned])
    planner.settle([each for _row, each, *_rest in planned], Kind.TEACHER)
    for row, each, reasons, message in planned:
        outcome = Outcome.CHANGED if reasons or each.ref in linked else Outcome.IMPORTED
        if each.fate is Fate.LINKED:
            outcome, reasons = Outcome.MERGED, ["TEACHER_EXISTS"]
        elif each.ref in linked:
            reasons = [*reasons, "HEAD_TEACHER_NOT_GIVEN"]
        planner.add(tables.TEACHER, row, outcome, reasons, of=each.ref, message=message)
    return People(accounts.refs, teachers, teacher_of_account, accounts.usernames)


def _free_username(row: Row, key: int, names: _Usernames) -> str:
    email = values.printable(row["email"])
    local = email.partition("@")[0]
    for candidate in (local, email):
        is_valid = candidate and not _NOT_IN_USERNAMES.search(candidate)
        if is_valid and len(candidate) <= _MAX_USERNAME and names.is_free(candidate):
            names.taken.add(candidate)
            return candidate
    return names.spell(f"teacher-{key}")


def _made_account(ref: Ref, row: Row, username: str, *, is_active: bool) -> PlannedObject:
    extra: dict[str, Any] = {
        "username": username,
        "email": values.clean(row["email"], 254, []),
        "password": make_password(None),
        "is_active": is_active,
    }
    # Only whether it is active can change later. Its username was free when it was made.
    return PlannedObject(ref, {"is_active": is_active}, extra=extra)


def _link_profiles(planner: Planner, planned: list[PlannedObject]) -> set[Ref]:
    """Link teachers to profiles of accounts that exist here. Return the teachers who would become head teachers by it, and do not."""
    records = planner.records(tables.USER)
    linked_here = {
        Ref(Kind.ACCOUNT, tables.USER, key)
        for key, record in records.items()
        if record.left_as == LINKED
    } | {ref for ref, fate in planner.fates.items() if fate is Fate.LINKED}
    of_linked = [each for each in planned if each.values["user_id"] in linked_here]
    users = [int(planner.targets[each.values["user_id"]]) for each in of_linked]
    profiles = dict(Teacher.objects.filter(user__key_in=users).values_list("user", "pk"))
    refused = set()
    for each in of_linked:
        profile = profiles.get(int(planner.targets[each.values["user_id"]]))
        if profile is not None and each.ref.key not in planner.records(tables.TEACHER):
            each.fate, each.target = Fate.LINKED, str(profile)
        if each.values["is_head_teacher"]:
            each.values["is_head_teacher"] = False
            refused.add(each.ref)
    return refused
