"""The page at `/docs`."""

import re

import httpx

from servicekit.problems import ProblemApi


async def test_all_parts_of_the_page_come_from_the_service() -> None:
    """It works where nothing else can be reached, and tells nobody who looks at it."""
    transport = httpx.ASGITransport(ProblemApi("Things", "1"))
    async with httpx.AsyncClient(transport=transport, base_url="http://things.test") as client:
        page = (await client.get("/docs")).text
        parts = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert len(parts) == 3
        for part in parts:
            assert part.startswith("/docs/assets/")
            assert (await client.get(part)).status_code == 200
        assert (await client.get("/openapi.json")).status_code == 200
    assert "Things" in page
    assert "https://" not in page
