"""Somebody who watches: speaks ASGI itself, for a stream has no end that a client could await."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from loopjobs.web import JobsApp

from .visitors import OPERATOR, OWN_PAGE


class Watcher:
    """Reads a stream as fast as it may."""

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        given = {"host": "jobs.test", **OWN_PAGE, **(OPERATOR if headers is None else headers)}
        self.headers = [(key.lower().encode(), value.encode()) for key, value in given.items()]
        self.status = 0
        self.sent_headers: dict[str, str] = {}
        self.text = ""
        self.is_complete = False
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.leaves = asyncio.Event()

    @property
    def views(self) -> list[dict[str, Any]]:
        """The overviews that have come."""
        parts = self.text.split("\n\n")
        prefix = "event: jobs\ndata: "
        return [json.loads(part.removeprefix(prefix)) for part in parts if part.startswith(prefix)]

    async def watch(self, app: JobsApp, method: str = "GET") -> None:
        """Watch until the stream ends."""
        scope: MutableMapping[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": "/events",
            "query_string": b"",
            "root_path": "",
            "headers": self.headers,
            "client": ("10.0.0.1", 1),
        }
        await app(scope, self._receive, self._send)

    async def _receive(self) -> MutableMapping[str, Any]:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        await self.may_read.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.sent_headers = {k.decode(): v.decode() for k, v in message["headers"]}
            return
        self.text += message.get("body", b"").decode()
        self.is_complete = not message.get("more_body", False)


@asynccontextmanager
async def watching(app: JobsApp, *watchers: Watcher) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Let them watch meanwhile; at the end they leave."""
    tasks = [asyncio.create_task(watcher.watch(app)) for watcher in watchers]
    try:
        yield tasks
    finally:
        for watcher in watchers:
            watcher.leaves.set()
            watcher.may_read.set()
        await asyncio.gather(*tasks)
