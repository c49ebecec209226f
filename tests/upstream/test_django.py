"""Each private name of Django still exists, and the library still uses it.

If one of these fails after an upgrade, see `docs/development/upstream.md`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from sqlite3 import Cursor
from typing import Any

import psycopg
import pytest
from django.core import signals
from django.core.handlers.asgi import ASGIHandler
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql import base as postgresql
from django.db.backends.sqlite3 import base as sqlite3
from django.db.models.lookups import FieldGetDbPrepValueIterableMixin
from django.forms import ModelForm
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.test import RequestFactory

from primepath.models import Exam, SchoolClass

pytestmark = pytest.mark.one_database


def test_csrf_check_rejects_by_reject() -> None:
    class Check(CsrfViewMiddleware):
        def _reject(self, request: Any, reason: str) -> Any:
            return reason

    check = Check(lambda _: HttpResponse())
    request = RequestFactory(enforce_csrf_checks=True).post("/")
    check.process_request(request)
    reason: Any = check.process_view(request, lambda _: HttpResponse(), (), {})
    assert "CSRF" in reason


def test_request_keeps_the_form_and_the_body_that_were_read() -> None:
    request: Any = RequestFactory().post("/", {"name": "value"})
    assert not hasattr(request, "_post")
    assert not hasattr(request, "_body")
    assert request.body
    assert request.POST
    assert b"value" in request._body
    assert request._post["name"] == "value"


def test_handler_class_is_the_sender_of_request_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    class Handler: ...

    senders: list[Any] = []
    # The real receivers close database connections.
    monkeypatch.setattr(signals.request_finished, "send", lambda sender: senders.append(sender))
    response = HttpResponse()
    response._handler_class = Handler  # type: ignore[attr-defined]
    response.close()
    assert senders == [Handler]


def test_asgi_handler_has_the_steps_that_are_used() -> None:
    steps = {
        "load_middleware": ["self", "is_async"],
        "handle": ["self", "scope", "receive", "send"],
        "read_body": ["self", "receive"],
        "create_request": ["self", "scope", "body_file"],
        "get_response": ["self", "request"],
        "send_response": ["self", "response", "send"],
    }
    found = {name: list(inspect.signature(getattr(ASGIHandler, name)).parameters) for name in steps}
    assert found == steps
    assert "chunk_size" in inspect.getsource(ASGIHandler.chunk_bytes)


def test_compiler_returns_sql_parameters_columns_and_converters() -> None:
    query = Exam.objects.filter(name="x").values_list("id", "created_at").query
    compiler = query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql(with_col_aliases=True)
    assert sql.startswith("SELECT")
    assert tuple(parameters) == ("x",)
    aliases = [alias for *_, alias in compiler.select]
    assert len(aliases) == 2
    assert all(f'"{alias}"' in sql for alias in aliases)
    columns = [column for column, *_ in compiler.select]
    assert set(compiler.get_converters(columns)) <= {0, 1}


def test_transactions_begin_and_end_in_the_methods_that_are_overridden() -> None:
    def source(method: Callable[..., Any]) -> str:
        return inspect.getsource(method)

    begin = source(BaseDatabaseWrapper.set_autocommit)
    assert "self._start_transaction_under_autocommit()" in begin
    assert "self._set_autocommit(autocommit)" in begin
    assert "BEGIN" in source(sqlite3.DatabaseWrapper._start_transaction_under_autocommit)  # type: ignore[attr-defined]
    assert "self._commit()" in source(BaseDatabaseWrapper.commit)
    assert "self._rollback()" in source(BaseDatabaseWrapper.rollback)
    assert "self._close()" in source(BaseDatabaseWrapper.close)
    for wrapper in (sqlite3.DatabaseWrapper, postgresql.DatabaseWrapper):
        assert wrapper.commit is BaseDatabaseWrapper.commit
        assert wrapper.rollback is BaseDatabaseWrapper.rollback
        assert wrapper.set_autocommit is BaseDatabaseWrapper.set_autocommit


def test_cursors_are_made_where_it_is_overridden() -> None:
    assert "self.create_cursor(name)" in inspect.getsource(BaseDatabaseWrapper._cursor)  # type: ignore[attr-defined]
    assert "cursor_factory" in inspect.getsource(postgresql.DatabaseWrapper.get_connection_params)
    assert issubclass(postgresql.Cursor, psycopg.ClientCursor)
    assert issubclass(sqlite3.SQLiteCursorWrapper, Cursor)


def test_lookup_mixin_prepares_each_value() -> None:
    key_in = Exam._meta.pk.get_lookup("key_in")
    assert key_in is not None
    assert issubclass(key_in, FieldGetDbPrepValueIterableMixin)
    lookup = key_in(Exam._meta.pk.get_col("exam"), ["1", 2])
    assert list(lookup.get_db_prep_lookup(lookup.rhs, connection)[1]) == [1, 2]


def test_model_forms_call_post_clean_and_return_their_exclusions() -> None:
    called: list[set[str]] = []

    class Form(ModelForm):  # type: ignore[type-arg]
        class Meta:
            model = SchoolClass
            fields = ("name",)

        def _post_clean(self) -> None:
            called.append(set(self._get_validation_exclusions()))  # type: ignore[attr-defined]

    assert Form({"name": "A"}).is_valid()
    assert len(called) == 1
    assert "code" in called[0]
    assert "name" not in called[0]
