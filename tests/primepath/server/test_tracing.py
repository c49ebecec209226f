"""Traces with OpenTelemetry, in memory and sent to a collector."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from primepath.server.monitoring.request_log import RequestLog
from primepath.server.monitoring.request_record import note_in_scope
from primepath.server.monitoring.tracing import Tracing
from tests.processes import PATIENCE, ROOT
from tests.server import running_server

pytest.importorskip("opentelemetry.sdk")

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

pytestmark = pytest.mark.one_database
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def respond(status: int, headers: list[tuple[bytes, bytes]], **facts: Any) -> tuple[Any, Any]:
    """Return the span of a request, and the response's headers."""
    exporter = InMemorySpanExporter()
    tracing = Tracing(SimpleSpanProcessor(exporter))
    sent: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        note_in_scope(scope, **facts)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"1234"})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers}
    asyncio.run(RequestLog(application, tracing)(scope, None, send))
    (span,) = exporter.get_finished_spans()
    return span, dict(sent[0]["headers"])


def test_span_continues_the_trace_and_has_the_facts_of_the_request() -> None:
    header = (b"traceparent", f"00-{TRACE}-{SPAN}-01".encode())
    span, headers = respond(200, [header], operation="Matrix", document="abc", user=7)
    assert span.name == "Matrix"
    assert f"{span.context.trace_id:032x}" == TRACE
    assert f"{span.parent.span_id:016x}" == SPAN
    assert headers[b"traceparent"].decode() == f"00-{TRACE}-{span.context.span_id:016x}-01"
    assert dict(span.attributes) == {
        "http.request.method": "POST",
        "url.path": "/graphql",
        "http.response.status_code": 200,
        "http.response.body.size": 4,
        "graphql.operation.name": "Matrix",
        "enduser.id": 7,
        "primepath.document_hash": "abc",
        "primepath.statements": 0,
    }
    assert span.status.is_unset
    assert span.resource.attributes["service.name"] == "primepath"


def test_span_of_a_failure_is_an_error_and_begins_a_trace() -> None:
    span, headers = respond(503, [], errors=["UNAVAILABLE"])
    assert span.name == "POST"
    assert span.parent is None
    assert f"{span.context.trace_id:032x}" in headers[b"traceparent"].decode()
    assert not span.status.is_ok
    assert not span.status.is_unset
    assert span.attributes["primepath.error_codes"] == ("UNAVAILABLE",)
    assert respond(200, [], errors=["INTERNAL"])[0].status.status_code.name == "ERROR"


def test_unsampled_trace_is_passed_on_and_not_recorded() -> None:
    exporter = InMemorySpanExporter()
    tracing = Tracing(SimpleSpanProcessor(exporter))
    span = tracing.begin([(b"traceparent", f"00-{TRACE}-{SPAN}-00".encode())])
    context = tracing.context_of(span)
    tracing.end(span, {"method": "GET", "status": 200})
    assert (context.trace_id, context.flags) == (TRACE, 0)
    assert exporter.get_finished_spans() == ()


class _Collector(BaseHTTPRequestHandler):
    """Accepts traces and keeps their bytes."""

    received: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    received: list[tuple[str, bytes]] = []
    handler = type("Handler", (_Collector,), {"received": received})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()
        thread.join()


def test_server_sends_its_spans_to_the_collector(
    tmp_path: Path, collector: tuple[str, list[tuple[str, bytes]]]
) -> None:
    address, received = collector
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": address,
        "OTEL_SERVICE_NAME": "school",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    with running_server(tmp_path, **environment) as server:
        query = {"query": 'query Traced { node(id: "hunter2-secret") { id } }'}
        headers = {"Authorization": f"Bearer {server.token}"}
        httpx.post(f"{server.address}/graphql", json=query, headers=headers, timeout=PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while not received and time.monotonic() < deadline:
            time.sleep(0.05)
    assert {path for path, _ in received} == {"/v1/traces"}
    spans = b"".join(body for _, body in received)
    assert b"Traced" in spans
    assert b"school" in spans
    assert b"hunter2-secret" not in spans
    assert server.token.encode() not in spans


def test_nothing_is_imported_without_traces(tmp_path: Path) -> None:
    # The client of Redis imports the part for metrics itself.
    code = "import sys, primepath.asgi; print(*sorted(sys.modules))"
    environment = {"PRIMEPATH_VAR_DIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    modules = subprocess.check_output(command, cwd=ROOT, env=environment, text=True).split()
    assert "primepath.server.monitoring.tracing" in modules
    assert [name for name in modules if name.startswith("opentelemetry.sdk.trace")] == []
    assert [name for name in modules if name.startswith("opentelemetry.exporter")] == []
