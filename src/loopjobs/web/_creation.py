"""Puts the application together."""

import os
import socket
from collections.abc import Sequence
from typing import Final

from loopjobs import Clock, Host, Problem, RegistrationError
from loopjobs.history import RunHistory
from loopjobs.web._actions import Actions
from loopjobs.web._answers import Answers
from loopjobs.web._anyone import Anyone
from loopjobs.web._api import Api
from loopjobs.web._application import JobsApp
from loopjobs.web._audit import Audit
from loopjobs.web._details import Details
from loopjobs.web._form_tokens import FormTokens
from loopjobs.web._gate import Gate
from loopjobs.web._origin import HostRule, any_host, is_no_domain, one_of
from loopjobs.web._overview import Overview
from loopjobs.web._pages import Pages
from loopjobs.web._past import Past
from loopjobs.web._sessions import Sessions
from loopjobs.web._sign_in import SignInPages
from loopjobs.web._snapshots import Snapshots
from loopjobs.web._static_files import StaticFiles
from loopjobs.web._streams import Streams
from loopjobs.web._visitors import Authorization, SignIn

_DEFAULT_TITLE: Final = "Jobs"


def create_jobs_app(  # noqa: PLR0913 - each stands for itself, and all but the host have a default
    host: Host,
    *,
    authorization: Authorization | None = None,
    sign_in: SignIn | None = None,
    history: RunHistory | None = None,
    title: str = _DEFAULT_TITLE,
    allowed_hosts: Sequence[str] = (),
    show_tracebacks: bool = True,
) -> JobsApp:
    """Return an ASGI application that shows and steers the jobs of a host.

    Args:
        host: Whose jobs; started and stopped by somebody else.
        authorization: Says who asks, by what comes with each request. It is asked first.
        sign_in: Checks names and passwords of a form; who has signed in has a session.
        history: The store of runs; without it, what this process remembers.
        title: Whose jobs these are: the name of the service.
        allowed_hosts: The names that it is served under, without ports; `*.example.org` is all
            below that. By default any name, or with `insecure_allow_anyone()` any address.
        show_tracebacks: Whether operators see tracebacks; viewers never do.

    Raises:
        RegistrationError: neither `authorization` nor `sign_in` is given.
    """
    if authorization is None and sign_in is None:
        raise _nobody_may()
    clock: Clock = host.container.get_sync(Clock)
    sessions, tokens, audit = Sessions(clock), FormTokens(), Audit(clock)
    gate = Gate(authorization, sessions)
    answers = Answers(title, tokens, clock, has_sign_in=sign_in is not None)
    overview = Overview(host, clock, title, _this_replica)
    past = Past(history, _this_replica)
    details = Details(host, past, audit, show_tracebacks=show_tracebacks)
    actions = Actions(host, audit, clock)
    routes = [
        *Pages(host, gate, overview, details, actions, answers, tokens).routes(),
        *Api(host, gate, overview, details, actions).routes(),
        *Streams(host, gate, Snapshots(overview.read, clock), clock).routes(),
        *StaticFiles().routes(),
    ]
    if sign_in is not None:
        routes += SignInPages(sign_in, sessions, gate, answers, tokens, audit, clock).routes()
    return JobsApp(routes, answers, _host_rule(authorization, allowed_hosts))


def _this_replica() -> str:
    # Asked each time: the application may have been made before a fork.
    return f"{socket.gethostname()}:{os.getpid()}"


def _host_rule(authorization: Authorization | None, allowed_hosts: Sequence[str]) -> HostRule:
    if allowed_hosts:
        return one_of(allowed_hosts)
    return is_no_domain if isinstance(authorization, Anyone) else any_host


def _nobody_may() -> RegistrationError:
    return RegistrationError(
        [
            Problem(
                where="create_jobs_app",
                what="nobody is said to be allowed to see the page or to act on it",
                remedy=(
                    "Give authorization=, which tells from a request who asks, or sign_in=, which "
                    "checks a name and a password; on a machine of your own, "
                    "authorization=insecure_allow_anyone()."
                ),
            )
        ]
    )
