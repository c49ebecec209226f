"""Prepared statements: PostgreSQL parses and plans a statement once for each connection.

They are named and run with SQL, PREPARE and EXECUTE, because one message can then also contain what must precede a statement. A
statement is prepared in the message that runs it first. So preparing takes no round trip, and the timeouts apply to it.

A pooler such as PgBouncer can run the next statement in another session of PostgreSQL, which does not know the name. Such a
pooler has process numbers of its own for clients. So the first statement of a connection also asks PostgreSQL for the number
of its process. If the connection has another one, nothing is prepared.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import NamedTuple

# Each takes some 50 kB of the server's memory. Documents make variants of a statement, with other columns.
MAX_STATEMENTS = 100


PROCESS = "SELECT pg_backend_pid()"
"""Returns the number for `PreparedStatements.note_process`."""


class Message(NamedTuple):
    """The ``text`` to send for the statement ``sql``.

    ``name``: the name under which the text prepares the statement. None if it does not.
    """

    text: str
    sql: str
    name: str | None = None

    @property
    def results(self) -> int:
        """Number of results. The last one has the rows."""
        return 1 if self.name is None else 2

    @property
    def is_prepared(self) -> bool:
        """True if the text needs a statement that an earlier one has prepared."""
        return self.name is None and self.text != self.sql


class PreparedStatements:
    """The prepared statements of one connection. ``process``: number of the process at its other end, as the connection knows it."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._names: dict[str, str] = {}
        self._numbers = count(1)
        self.is_direct: bool | None = None
        """True if PostgreSQL itself is at the other end. None until it has been asked."""

    def message(self, sql: str, parameters: int) -> Message:
        """Return what to send for a statement: its text if it cannot be prepared.

        A new name is free, even if an earlier attempt failed. `add` notes the success.
        """
        known = self._names.get(sql)
        if known is not None:
            return Message(_execute(known, parameters), sql)
        if (
            not self.is_direct
            or len(self._names) >= MAX_STATEMENTS
            or sql.count("%s") != parameters
        ):
            return Message(sql, sql)
        name = f"primepath_{next(self._numbers)}"
        return Message(
            f"PREPARE {name} AS {numbered(sql)}; {_execute(name, parameters)}", sql, name
        )

    def add(self, messages: Iterable[Message]) -> None:
        """Note that messages have succeeded."""
        for each in messages:
            if each.name is not None:
                self._names[each.sql] = each.name

    def note_process(self, process: int) -> None:
        """Note the number of the process that ran a statement of this connection."""
        self.is_direct = process == self._process


def numbered(sql: str) -> str:
    """Return a statement with the parameters $1, $2 and so on instead of %s."""
    first, *others = sql.split("%s")
    return first + "".join(f"${i}{part}" for i, part in enumerate(others, 1))


def _execute(name: str, parameters: int) -> str:
    marks = ", ".join(["%s"] * parameters)
    return f"EXECUTE {name}({marks})" if marks else f"EXECUTE {name}"
