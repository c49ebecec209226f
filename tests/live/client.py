"""A client of live updates."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx
import pytest

from tests.processes import PATIENCE
from tests.server import Server

YEAR = 2026
EXACT_EVENTS = pytest.mark.serial
"""The marker of tests that compare whole events. An event repeats what has changed since the oldest open transaction began."""
SUBSCRIPTION = """
subscription ($year: Int, $codes: [String!], $after: String) {
  scheduleChanged(academicYear: $year, classCodes: $codes, after: $after) {
    position resync changedClassCodes cells { id version notes canEdit }
  }
}
"""
NOTES = """
mutation ($at: CellKey!, $notes: String!) {
  updateCell(input: { cell: { at: $at }, notes: $notes }) { cell { id version } userErrors { message } }
}
"""


class Event(NamedTuple):
    """An event, with its id. ``data`` is None for the end of a complete stream."""

    id: str | None
    data: dict[str, Any] | None

    @property
    def change(self) -> Any:
        assert self.data is not None
        assert "errors" not in self.data, self.data
        return self.data["data"]["scheduleChanged"]

    @property
    def is_overloaded(self) -> bool:
        """True if the server refuses the stream, because too many are open."""
        errors = (self.data or {}).get("errors", [])
        return [each["extensions"]["code"] for each in errors] == ["OVERLOADED"]

    @property
    def cells(self) -> dict[str, str]:
        """The notes of the cells of the event, by class and period."""
        return {
            "/".join(cell["id"].removeprefix("MatrixCell:").split("/")[::2]): cell["notes"]
            for cell in self.change["cells"]
        }


class Stream:
    """An open stream. ``response`` has the head."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self, seconds: float = PATIENCE) -> Event | None:
        """Return the next event. None if the stream ends without being complete."""
        return await asyncio.wait_for(self._next(), seconds)

    async def _next(self) -> Event | None:
        fields: dict[str, str] = {}
        async for line in self._lines:
            if line and not line.startswith(":"):
                name, _colon, value = line.partition(":")
                fields[name] = value.strip()
            elif not line and "event" in fields:
                if fields["event"] == "complete":
                    return Event(None, None)
                return Event(fields.get("id"), json.loads(fields["data"]))
        return None

    async def silent(self, seconds: float = 1.0) -> bool:
        """Return whether no event arrives for some time. Nothing can be read after that."""
        try:
            return await self.next(seconds) is None
        except TimeoutError:
            return True


class LiveClient:
    """Someone with a token."""

    def __init__(self, address: str, token: str, http: httpx.AsyncClient) -> None:
        self._url, self._token, self._http = f"{address}/graphql", token, http

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}", **more}

    async def ask(self, query: str, **variables: Any) -> Any:
        body = {"query": query, "variables": variables}
        answer = (await self._http.post(self._url, json=body, headers=self.headers())).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def write(self, class_code: str, period: str, notes: str) -> None:
        at = {"classCode": class_code, "academicYear": YEAR, "period": period}
        payload = (await self.ask(NOTES, at=at, notes=notes))["updateCell"]
        assert payload["userErrors"] == []

    @asynccontextmanager
    async def listen(
        self, *codes: str, last_event_id: str | None = None, after: str | None = None
    ) -> AsyncIterator[Stream]:
        variables = {"year": YEAR, "codes": list(codes) or None, "after": after}
        body = {"query": SUBSCRIPTION, "variables": variables}
        headers = self.headers(Accept="text/event-stream")
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        async with self._http.stream("POST", self._url, json=body, headers=headers) as response:
            stream = Stream(response)
            assert response.status_code == 200, await response.aread()
            yield stream


def with_clients(server: Server, work: Callable[..., Any], *names: str, address: str = "") -> None:
    """Run ``work`` with a client for each demo account."""

    async def run() -> None:
        async with httpx.AsyncClient(timeout=PATIENCE) as http:
            await work(
                *(
                    LiveClient(address or server.address, server.tokens[name], http)
                    for name in names
                )
            )

    asyncio.run(run())
