"""What every page is given beside its view."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from loopjobs.web._visitors import Visitor

ViewT_co = TypeVar("ViewT_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[ViewT_co]):
    """What a template can say; a template sees it as `page`."""

    view: ViewT_co
    title: str
    """Whose jobs these are."""
    root: str
    """Where the application is mounted, percent-encoded, without a slash at its end."""
    now: datetime
    """When the view was made; what is past or ahead is told from here."""
    visitor: Visitor | None
    """Who looks; `None` before the sign-in."""
    csrf: str
    """The value of the hidden field `csrf` of every form."""
    flash: str
    """What has just been done: `run`, `pause`, `resume`, or `skipped`, which is a run that was not
    begun because another one is in progress; else empty."""
    has_sign_in: bool
    """Whether there is a session to sign out of."""


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """The view of `confirm.html`."""

    name: str
    action: str
    """`run`, `pause` or `resume`."""
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class SignInView:
    """The view of `sign_in.html`, a form with the fields `name`, `password`, `csrf` and `next`."""

    problem: str
    """Why the last attempt was refused; empty at first."""
    name: str
    """The name of the last attempt."""
    next: str
    """Where to go on to: a path below the root."""
    has_ended: bool = False
    """Whether the browser names a session that there is no more."""


@dataclass(frozen=True, slots=True)
class RefusedView:
    """The view of `refused.html`."""

    status: int
    heading: str
    """The phrase of the status, such as `Not Found`."""
    detail: str
    """One sentence: what is wrong and what to do."""
