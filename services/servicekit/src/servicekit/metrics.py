"""The route that Prometheus reads."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any, Final

from dishka.integrations.fastapi import DishkaRoute, FromDishka
from fastapi import APIRouter, Depends, Header, Response

from loopjobs.telemetry import PrometheusMetrics
from servicekit.problems import ProblemError, answers
from servicekit.tokens import GUARDED, Principal, requires

READ: Final = "metrics:read"
"""The scope that shows the metrics."""

Scraper = Annotated[Principal, Depends(requires(READ))]

_TEXT: Final[dict[str, Any]] = {"schema": {"type": "string"}}
_FORMATS: Final = {"text/plain": _TEXT, "application/openmetrics-text": _TEXT}


def create_metrics_router() -> APIRouter:
    """Create `/metrics`, for callers with the scope `metrics:read`.

    The application's container must provide `PrometheusMetrics`, and a `TokenVerifier`.
    """
    router = APIRouter(tags=["Metrics"], route_class=DishkaRoute)
    exposed: dict[int | str, dict[str, Any]] = {200: {"content": _FORMATS}}
    router.add_api_route(
        "/metrics",
        show_metrics,
        methods=["GET"],
        response_class=Response,
        responses=exposed | answers(*GUARDED, HTTPStatus.NOT_FOUND),
    )
    return router


async def show_metrics(
    _: Scraper,
    metrics: FromDishka[PrometheusMetrics],
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """Show what the service has measured, in the text format of Prometheus or in OpenMetrics."""
    if not metrics.is_on:
        raise ProblemError(HTTPStatus.NOT_FOUND, "metrics are switched off by Telemetry:Prometheus")
    content_type, body = await asyncio.to_thread(metrics.expose, accept)
    headers = {"Content-Type": content_type, "Cache-Control": "no-store"}
    return Response(body, headers=headers)
