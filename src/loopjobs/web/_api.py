"""The JSON API."""

from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from loopjobs import Host
from loopjobs.web._actions import Action, Actions
from loopjobs.web._answers import json_answer
from loopjobs.web._details import RUNS_SHOWN, Details
from loopjobs.web._gate import Gate
from loopjobs.web._listing import find_job, split_path
from loopjobs.web._numbers import number_of
from loopjobs.web._operators import Operators, operator_of
from loopjobs.web._origin import check_same_origin
from loopjobs.web._overview import Overview
from loopjobs.web._refusal import forbidden, nothing_here
from loopjobs.web._routes import get_or_post
from loopjobs.web._runs import run_view

LONGEST_WAIT: Final = 60.0
MOST_RUNS: Final = 500

_ACTION_HEADER: Final = "x-loopjobs-action"


class Api:
    """Answers programs, the script of the page among them."""

    def __init__(
        self, host: Host, gate: Gate, overview: Overview, details: Details, actions: Actions
    ) -> None:
        self._host = host
        self._operators = Operators(gate, actions)
        self._gate = gate
        self._overview = overview
        self._details = details
        self._actions = actions

    def routes(self) -> list[Route]:
        """Return what is answered."""
        return [
            Route("/api/jobs", self._jobs),
            get_or_post("/api/jobs/{path:path}", self._job, self._act),
        ]

    async def _jobs(self, request: Request) -> Response:
        await self._gate.viewer(request)
        return json_answer(self._overview.read())

    async def _job(self, request: Request) -> Response:
        visitor = (await self._gate.viewer(request)).visitor
        name, rest = split_path(self._host, request.path_params["path"])
        job = find_job(self._host, name)
        if not rest:
            return json_answer(await self._details.read(job, visitor))
        if rest != "history":
            raise nothing_here()
        limit = int(number_of(request, "limit", RUNS_SHOWN, MOST_RUNS))
        before = request.query_params.get("before")
        return json_answer(await self._details.runs(job, visitor, limit, before))

    async def _act(self, request: Request) -> Response:
        check_same_origin(request)
        name, _, verb = request.path_params["path"].rpartition("/")
        if verb not in tuple(Action):
            raise nothing_here()
        if request.headers.get(_ACTION_HEADER) != verb:
            raise forbidden(f"An action has to be named by the header X-Loopjobs-Action: {verb}.")
        action = Action(verb)
        wait = number_of(request, "wait", 0.0, LONGEST_WAIT)
        known = await self._operators.admit(request, action, name)
        operator = operator_of(request, known)
        record = await self._actions.act(operator, action, name, wait)
        if record is None:
            is_done = action is not Action.TRIGGER
            status = HTTPStatus.OK if is_done else HTTPStatus.ACCEPTED
            return json_answer({"accepted": True}, status)
        with_traceback = self._details.may_see_tracebacks(known.visitor)
        return json_answer({"run": run_view(record, with_traceback=with_traceback)})
