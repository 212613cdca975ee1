"""A collector that keeps what it is sent."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector:
    """What has arrived."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.spans: list[str] = []
        self.metrics: set[str] = set()
        self.services: set[str] = set()
        self.authorizations: set[str | None] = set()

    def take(self, path: str, body: bytes) -> None:
        """Read one request."""
        if path == "/v1/traces":
            for traces in ExportTraceServiceRequest.FromString(body).resource_spans:
                self._note_service(traces.resource.attributes)
                for traced in traces.scope_spans:
                    self.spans.extend(span.name for span in traced.spans)
        elif path == "/v1/metrics":
            for measured in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                self._note_service(measured.resource.attributes)
                for scope in measured.scope_metrics:
                    self.metrics.update(metric.name for metric in scope.metrics)

    def _note_service(self, attributes: object) -> None:
        for each in attributes:  # type: ignore[attr-defined] # protobuf has no type for it
            if each.key == "service.name":
                self.services.add(each.value.string_value)


@contextmanager
def collecting() -> Iterator[Collector]:
    """Listen on a port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.authorizations.add(self.headers["Authorization"])
            collector.take(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called
            """Say nothing."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
