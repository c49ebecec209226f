"""Prepared statements: PostgreSQL parses and plans a statement once for each connection.

They are named and run with SQL, PREPARE and EXECUTE, because one message can then also contain what must precede a statement. A
statement is prepared in the message that runs it first. So preparing takes no round trip, and the timeouts apply to it.

A pooler such as PgBouncer can run the next statement in another session of PostgreSQL, which does not know the name. Such a
pooler has process numbers of its own for clients. So the first statement of a connection also asks PostgreSQL for the number
of its process. If the connection has another one, nothing is prepared.
"""

from __future__ import annotations

from itertools import count

# Each takes some 50 kB of the server's memory. Documents make variants of a statement, with other columns.
_MAX_STATEMENTS = 100


class PreparedStatements:
    """The prepared statements of one connection. ``process``: number of the process at its other end, as the connection knows it."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._names: dict[str, str] = {}
        self._numbers = count(1)
        self.is_direct: bool | None = None
        """True if PostgreSQL itself is at the other end. None until it has been asked."""

    def find(self, sql: str, parameters: int) -> str | None:
        """Return what to send for a statement that is prepared. None if it is not."""
        name = self._names.get(sql)
        return None if name is None else _execute(name, parameters)

    def prepare(self, sql: str, parameters: int) -> tuple[str, str] | None:
        """Return a name, and what to send to prepare and run the statement. None if it cannot be prepared.

        The name is free, even if an earlier attempt failed. `add` notes the success.
        """
        if not self.is_direct or len(self._names) >= _MAX_STATEMENTS:
            return None
        name = f"primepath_{next(self._numbers)}"
        numbered = sql.split("%s")
        if len(numbered) != parameters + 1:
            return None
        text = numbered[0] + "".join(f"${i}{part}" for i, part in enumerate(numbered[1:], 1))
        return name, f"PREPARE {name} AS {text}; {_execute(name, parameters)}"

    def add(self, sql: str, name: str) -> None:
        """Note that a statement has been prepared under this name."""
        self._names[sql] = name

    def note_process(self, process: int) -> None:
        """Note the number of the process that ran a statement of this connection."""
        self.is_direct = process == self._process


def _execute(name: str, parameters: int) -> str:
    marks = ", ".join(["%s"] * parameters)
    return f"EXECUTE {name}({marks})" if marks else f"EXECUTE {name}"
