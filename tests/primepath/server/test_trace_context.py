"""The header ``traceparent``, as w3.org/TR/trace-context defines it."""

from __future__ import annotations

import re

import httpx
import pytest

from primepath.server.monitoring.trace_context import read_trace_context
from tests.log_lines import request_facts
from tests.server import Server

pytestmark = pytest.mark.one_database

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
VALID = f"00-{TRACE}-{SPAN}-01"
MALFORMED = {
    "empty": "",
    "no flags": f"00-{TRACE}-{SPAN}",
    "upper case": VALID.upper(),
    "short trace": f"00-{TRACE[1:]}-{SPAN}-01",
    "long span": f"00-{TRACE}-{SPAN}0-01",
    "zero trace": f"00-{'0' * 32}-{SPAN}-01",
    "zero span": f"00-{TRACE}-{'0' * 16}-01",
    "forbidden version": f"ff-{TRACE}-{SPAN}-01",
    "more than version 00 has": f"{VALID}-extra",
    "not hexadecimal": VALID.replace("a", "g"),
    "two values": f"{VALID},{VALID}",
    "line break": f"{VALID}\n",
}


def read(*values: str) -> object:
    return read_trace_context([(b"traceparent", value.encode()) for value in values])


def test_trace_span_and_flags_are_read() -> None:
    assert read(VALID) == (TRACE, SPAN, 1)
    assert read(f"00-{TRACE}-{SPAN}-00") == (TRACE, SPAN, 0)
    # Flags without a meaning are not passed on.
    assert read(f"00-{TRACE}-{SPAN}-ff") == (TRACE, SPAN, 3)


def test_later_version_can_have_more_members() -> None:
    assert read(f"cc-{TRACE}-{SPAN}-01-what-the-future-brings") == (TRACE, SPAN, 1)


@pytest.mark.parametrize("value", MALFORMED.values(), ids=MALFORMED)
def test_malformed_header_is_ignored(value: str) -> None:
    assert read(value) is None


def test_repeated_and_missing_headers_are_ignored() -> None:
    assert read(VALID, VALID) is None
    assert read() is None


def test_response_and_log_have_a_new_span_of_the_trace(demo_server: Server) -> None:
    address = f"{demo_server.address}/graphql"
    seen = set()
    for _ in range(2):
        response = httpx.get(address, headers={"traceparent": VALID})
        found = re.fullmatch(rf"00-{TRACE}-([0-9a-f]{{16}})-01", response.headers["traceparent"])
        assert found is not None
        request_id = response.headers["X-Request-ID"]
        facts = request_facts(demo_server.log, request_id)[request_id]
        assert (facts["trace_id"], facts["span_id"]) == (TRACE, found[1])
        seen.add(found[1])
    assert len(seen | {SPAN}) == 3


def test_response_without_a_trace_has_no_header(demo_server: Server) -> None:
    response = httpx.get(f"{demo_server.address}/graphql", headers={"traceparent": "nonsense"})
    assert "traceparent" not in response.headers
    request_id = response.headers["X-Request-ID"]
    facts = request_facts(demo_server.log, request_id)[request_id]
    assert not {"trace_id", "span_id"} & facts.keys()


def test_request_id_of_a_client_is_ignored(demo_server: Server) -> None:
    sent = "f" * 32
    response = httpx.get(f"{demo_server.address}/graphql", headers={"X-Request-ID": sent})
    assert response.headers["X-Request-ID"] != sent
