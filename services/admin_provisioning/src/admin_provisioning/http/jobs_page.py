"""Who gets in to the page of jobs by the account that they have at the Login service."""

import logging

from admin_provisioning.domain.login_api import LoginUnavailableError
from admin_provisioning.login_api.people import People
from loopjobs.web import Visitor
from servicekit.jobs_page import unavailable, visitor_of

_log = logging.getLogger(__name__)


class PageSignIn:
    """A `SignIn` of the page, which asks the Login service.

    Args:
        people: Knows who has which password.
    """

    def __init__(self, people: People) -> None:
        self._people = people

    async def __call__(self, name: str, password: str, /) -> Visitor | None:
        """Return who that is; `None` if the Login service does not let them in.

        Raises:
            HTTPException: 403; the account may not see jobs. 503; the Login service is away.
        """
        try:
            principal = await self._people.identify(name, password)
        except LoginUnavailableError as error:
            _log.warning("nobody can sign in to the page of jobs: %s", error)
            raise unavailable(
                "The Login service, which knows names and passwords, cannot be asked now. Try "
                "again in a moment.",
                error.retry_after,
            ) from error
        if principal is None:
            return None
        return visitor_of(f"{name} ({principal.subject})", principal.scopes)
