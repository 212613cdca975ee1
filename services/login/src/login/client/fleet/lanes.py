"""Connections for a fleet."""

import httpx


def http_lanes(connections: int) -> list[httpx.AsyncBaseTransport]:
    """Return ways out over one kept connection each."""
    # They share their TLS settings, which take long to load and much memory.
    tls = httpx.create_ssl_context()
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
    return [httpx.AsyncHTTPTransport(verify=tls, limits=limits) for _ in range(connections)]
