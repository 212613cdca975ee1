"""The pages: all jobs, one job, and the question before an action."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from loopjobs import Host, JobHandle, Outcome
from loopjobs.health import assess
from loopjobs.web._actions import Action, Actions
from loopjobs.web._answers import Answers, see_other
from loopjobs.web._cookies import drop_flash_cookie, flash_cookie, set_flash_cookie
from loopjobs.web._details import Details
from loopjobs.web._form_tokens import FormTokens, check_form
from loopjobs.web._gate import Gate
from loopjobs.web._listing import find_job, split_path
from loopjobs.web._mount import job_path
from loopjobs.web._operators import Operators, operator_of
from loopjobs.web._origin import check_same_origin
from loopjobs.web._overview import Overview
from loopjobs.web._page import ConfirmView
from loopjobs.web._refusal import nothing_here
from loopjobs.web._routes import get_or_post

_ACTIONS: Final = {"run": Action.TRIGGER, "pause": Action.PAUSE, "resume": Action.RESUME}
_REFUSED: Final = {
    Outcome.SKIPPED_RUNNING: "skipped",
    Outcome.SKIPPED_ELSEWHERE: "elsewhere",
    Outcome.SKIPPED_LEASE_UNAVAILABLE: "away",
}
_FLASHES: Final = (*_ACTIONS, *_REFUSED.values())


class Pages:
    """Answers people. Everything works without a script."""

    def __init__(  # noqa: PLR0913, PLR0917 - what pages are made of, wired in one place
        self,
        host: Host,
        gate: Gate,
        overview: Overview,
        details: Details,
        actions: Actions,
        answers: Answers,
        tokens: FormTokens,
    ) -> None:
        self._host = host
        self._gate = gate
        self._overview = overview
        self._details = details
        self._actions = actions
        self._answers = answers
        self._tokens = tokens
        self._operators = Operators(gate, actions)

    def routes(self) -> list[Route]:
        """Return what is answered."""
        return [
            Route("/", self._all),
            get_or_post("/job/{path:path}", self._one, self._act),
        ]

    async def _all(self, request: Request) -> Response:
        known = await self._gate.viewer(request)
        return self._answers.page(request, "overview.html", self._overview.read(), known)

    async def _one(self, request: Request) -> Response:
        known = await self._gate.viewer(request)
        name, verb = split_path(self._host, request.path_params["path"])
        job = find_job(self._host, name)
        if verb:
            return await self._confirm(request, job, verb)
        view = await self._details.read(job, known.visitor)
        flash = flash_cookie(request)
        is_flash = flash in _FLASHES
        answer = self._answers.page(
            request, "job.html", view, known, flash=flash if is_flash else ""
        )
        if flash:
            drop_flash_cookie(request, answer, job_path(request, name))
        return answer

    async def _confirm(self, request: Request, job: JobHandle, verb: str) -> Response:
        if verb not in _ACTIONS:
            raise nothing_here()
        known = await self._operators.admit(request, _ACTIONS[verb], job.name)
        health = assess(job.status())
        view = ConfirmView(job.name, verb, health.state.value, health.reason)
        return self._answers.page(request, "confirm.html", view, known)

    async def _act(self, request: Request) -> Response:
        check_same_origin(request)
        name, _, verb = request.path_params["path"].rpartition("/")
        if verb not in _ACTIONS:
            raise nothing_here()
        known = await self._operators.admit(request, _ACTIONS[verb], name)
        await check_form(request, self._tokens, known.holder)
        record = await self._actions.act(operator_of(request, known), _ACTIONS[verb], name)
        refused = None if record is None else _REFUSED.get(record.outcome)
        path = job_path(request, name)
        answer = see_other(path)
        set_flash_cookie(request, answer, path, refused or verb)
        return answer
