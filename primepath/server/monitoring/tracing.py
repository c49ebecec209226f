"""Traces with OpenTelemetry, if the standard variables ``OTEL_…`` ask for them: one span for each request.

A span for each field would cost more than the fields. Nothing of OpenTelemetry is imported if traces are off, and it is
installed only with ``requirements/tracing.txt``.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from primepath.server.monitoring.trace_context import TraceContext, read_trace_context

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Span

SERVICE = "primepath"
# The span's attributes, by the facts of the line in the log. The first group follows OpenTelemetry's conventions.
_ATTRIBUTES = {
    "method": "http.request.method",
    "path": "url.path",
    "status": "http.response.status_code",
    "bytes": "http.response.body.size",
    "operation": "graphql.operation.name",
    "user": "enduser.id",
    "document": "primepath.document_hash",
    "queue_ms": "primepath.queue_ms",
    "statements": "primepath.statements",
    "cells": "primepath.cells",
    "errors": "primepath.error_codes",
    "disconnected": "primepath.disconnected",
}


class TracesExporter(StrEnum):
    """Values of ``OTEL_TRACES_EXPORTER``."""

    OTLP = "otlp"
    NONE = "none"


def is_installed() -> bool:
    """Return whether the packages of ``requirements/tracing.txt`` are installed."""
    return find_spec("opentelemetry") is not None and find_spec("opentelemetry.sdk") is not None


class Tracing:
    """Makes the spans of requests.

    ``processor`` receives the spans that have ended. By default they are sent to the address of
    ``OTEL_EXPORTER_OTLP_ENDPOINT``, in a thread of their own. The SDK reads this and the other variables itself.
    """

    def __init__(self, processor: SpanProcessor | None = None) -> None:
        from opentelemetry import trace
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider

        self._api = trace
        # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES override the name.
        resource = Resource.create({"service.name": SERVICE}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(processor or _sender())
        self._tracer = self._provider.get_tracer(SERVICE)

    def begin(self, headers: Iterable[tuple[bytes, bytes]]) -> Span:
        """Begin the span of a request. It continues the caller's trace, if the request names one."""
        caller = read_trace_context(headers)
        context = None
        if caller is not None:
            parent = self._api.SpanContext(
                int(caller.trace_id, 16),
                int(caller.span_id, 16),
                is_remote=True,
                trace_flags=self._api.TraceFlags(caller.flags),
            )
            context = self._api.set_span_in_context(self._api.NonRecordingSpan(parent))
        return self._tracer.start_span("request", context, kind=self._api.SpanKind.SERVER)

    def context_of(self, span: Span) -> TraceContext:
        """Return the ids of a span."""
        context = span.get_span_context()
        return TraceContext(
            self._api.format_trace_id(context.trace_id),
            self._api.format_span_id(context.span_id),
            int(context.trace_flags),
        )

    def end(self, span: Span, facts: dict[str, Any]) -> None:
        """End the span of a request, with the facts of its line in the log."""
        span.update_name(str(facts.get("operation") or facts["method"]))
        for name, attribute in _ATTRIBUTES.items():
            if name in facts:
                span.set_attribute(attribute, facts[name])
        if facts.get("status", 0) >= 500 or "INTERNAL" in facts.get("errors", ()):
            span.set_status(self._api.StatusCode.ERROR)
        span.end()

    def shut_down(self) -> None:
        """Send the spans that wait, and end the thread that sends."""
        self._provider.shutdown()


def _sender() -> SpanProcessor:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return BatchSpanProcessor(OTLPSpanExporter())
