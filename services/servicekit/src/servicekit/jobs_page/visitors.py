"""What scopes let somebody do on the page."""

from collections.abc import Set as AbstractSet
from http import HTTPStatus

from starlette.exceptions import HTTPException

from loopjobs.web import Visitor
from servicekit.job_access import OPERATE, VIEW


def visitor_of(name: str, scopes: AbstractSet[str]) -> Visitor:
    """Return somebody who is known, as a visitor of the page.

    Raises:
        HTTPException: 403; they have neither scope.
    """
    if scopes.isdisjoint({VIEW, OPERATE}):
        raise HTTPException(
            HTTPStatus.FORBIDDEN,
            f"This account may not look at jobs. It takes the scope {VIEW}, or {OPERATE} to act "
            "on them as well.",
            {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{VIEW} {OPERATE}"'},
        )
    return Visitor(name, may_operate=OPERATE in scopes)
