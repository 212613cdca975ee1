"""Who gets in to the page of jobs by the account that they have here."""

from login.domain.accounts.errors import BadUserNameError, SignInRefusedError
from login.domain.accounts.sign_in import Credentials, Grant, SignIn
from login.domain.accounts.user_name import UserName
from login.http.accounts.limits import AccountLimits
from loopjobs import Clock
from loopjobs.web import Visitor
from servicekit.faults import StoreUnavailableError
from servicekit.jobs_page import refusal_of, unavailable, visitor_of
from servicekit.problems import ProblemError


class PageSignIn:
    """A `SignIn` of the page: the same steps, locks and rates as any other sign-in.

    Args:
        sign_in: Begins and ends sessions.
        limits: The rates.
        clock: The time of sessions.
    """

    def __init__(self, sign_in: SignIn, limits: AccountLimits, clock: Clock) -> None:
        self._sign_in = sign_in
        self._limits = limits
        self._clock = clock

    async def __call__(self, name: str, password: str, /) -> Visitor | None:
        """Return who that is; `None` for an unknown name, a wrong password or a closed account.

        Raises:
            HTTPException: 403; the account may not see jobs. 429; too many sign-ins with that
                name. 503; the store is away.
        """
        try:
            # A form can hold what no name can, and no database either.
            UserName.parse(name)
            grant = await self._begin(Credentials(name, password))
        except (BadUserNameError, SignInRefusedError):
            return None
        except ProblemError as error:
            raise refusal_of(error) from error
        except StoreUnavailableError as error:
            raise unavailable("Accounts cannot be looked up now. Try again in a moment.") from error
        session = grant.session
        return visitor_of(f"{name} ({session.subject})", session.scopes)

    async def _begin(self, given: Credentials) -> Grant:
        self._limits.admit_sign_in_of(given.username)
        now = self._clock.now()
        grant = await self._sign_in.sign_in(given, now)
        # The page keeps a session of its own; nobody would ever refresh this one.
        await self._sign_in.sign_out(grant.session.id, now)
        return grant
