"""Text columns that sort alike on every database, and a lookup of many keys with one parameter."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import FieldGetDbPrepValueIterableMixin, Lookup

from primepath.db.statement import Parameter
from primepath.domain.text import fold, natural_key

BINARY_COLLATIONS = {"postgresql": "C", "sqlite": "BINARY"}


class BinaryTextField(models.CharField):  # type: ignore[type-arg]
    """Text that is sorted by code point, independent of the database's locale."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        return {
            **super().db_parameters(connection),
            "collation": BINARY_COLLATIONS[connection.vendor],
        }


class DerivedTextField(BinaryTextField):
    """A text that is derived from another field of the same row. It is updated on every save."""

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        super().__init__(*args, **{**kwargs, "editable": False})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["editable"]
        return name, path, args, {**kwargs, "source": self.source}

    def derive(self, text: str) -> str:
        raise NotImplementedError

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        derived = self.derive(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, derived)
        return derived


class FoldedTextField(DerivedTextField):
    """The folded form of another field, for searching."""

    def derive(self, text: str) -> str:
        return fold(text)


class NaturalOrderField(DerivedTextField):
    """A sort key for another field: numbers in the text sort by their value. Upper and lower case differ."""

    def derive(self, text: str) -> str:
        return natural_key(text)


class FoldedOrderField(NaturalOrderField):
    """A sort key for another field: numbers in the text sort by their value, and case is ignored."""

    def derive(self, text: str) -> str:
        return super().derive(fold(text))


def _as_json(keys: list[Any]) -> str:
    return json.dumps(keys, ensure_ascii=False)


def _as_array(keys: list[Any]) -> str | list[Any]:
    """Return the text of an array of PostgreSQL, or the keys if the driver must write it.

    The driver looks at each key, and takes longer than PostgreSQL to find the rows. JSON writes elements like an array does,
    except for control characters.
    """
    try:
        text = orjson.dumps(keys).decode()
    except orjson.JSONEncodeError:
        return keys
    return keys if "\\" in text else f"{{{text[1:-1]}}}"


@models.ForeignKey.register_lookup
@models.Field.register_lookup
class KeyIn(FieldGetDbPrepValueIterableMixin, Lookup):
    """``field__key_in=keys``: the rows with these keys. Any number of keys is **one** parameter of the statement.

    Django's ``in`` sends one parameter per key. Then each number of keys is a different statement, and the database's
    limit on parameters also limits the keys. One array (PostgreSQL) or JSON text (SQLite) has neither drawback.
    """

    lookup_name = "key_in"
    _on_postgresql = "{column} = ANY(%s::{type}[])"
    _on_sqlite = "{column} IN (SELECT value FROM json_each(%s))"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        field = self.lhs.output_field
        field = getattr(field, "target_field", field)
        # A cast to varchar(n) would truncate a key that is too long, and the result could be an existing key.
        type_ = "text" if isinstance(field, models.CharField) else field.cast_db_type(connection)
        keys = self._adapted(_as_array, connection)
        return self._on_postgresql.format(column=column, type=type_), (*parameters, keys)

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        keys = self._adapted(_as_json, connection)
        return self._on_sqlite.format(column=column), (*parameters, keys)

    def _adapted(self, adapt: Callable[[list[Any]], Any], connection: Any) -> Any:
        """Return the keys as ``adapt`` converts them for the driver, or the parameter that will have them."""
        if isinstance(self.rhs, Parameter):
            return Parameter(self.rhs.name, adapt)
        _, keys = self.get_db_prep_lookup(self.rhs, connection)
        return adapt(list(keys))


@models.Field.register_lookup
class KeyNotIn(KeyIn):
    """``field__key_not_in=keys``: the rows with other keys than these."""

    lookup_name = "key_not_in"
    # PostgreSQL hashes the rows of a subquery. Without a constant array, it compares each key with each row.
    _on_postgresql = "{column} NOT IN (SELECT unnest(%s::{type}[]))"
    _on_sqlite = "{column} NOT IN (SELECT value FROM json_each(%s))"
