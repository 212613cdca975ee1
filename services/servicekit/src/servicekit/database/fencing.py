"""Binds what the run of a job writes to the lease that it holds."""

from pydantic import SecretStr
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncSession

from loopjobs import current_run
from loopjobs.leases import LeasesOptions
from servicekit.database.options import DatabaseOptions


def keeps_leases(database: DatabaseOptions, leases: LeasesOptions) -> bool:
    """Return whether the leases of the jobs are in that database: only there can it fence.

    Without a place of their own they are: a service keeps them in its database.
    """
    return leases.url is None or _place(leases.url) == _place(database.url)


async def fence(session: AsyncSession) -> None:
    """Let a transaction commit only while the lease of the present run is the newest.

    Whoever has no lease writes as ever: a request, say, or a job that each replica runs.

    Raises:
        LeaseLostError: another replica has the lease by now.
    """
    try:
        run = current_run()
    except LookupError:
        return
    if run.fencing_token is not None and run.fence is not None:
        await run.fenced(session)


def _place(url: SecretStr) -> URL:
    place = make_url(url.get_secret_value())
    # The driver does not make it another place; `postgres` is what some call PostgreSQL.
    backend = place.get_backend_name()
    return place.set(drivername="postgresql" if backend == "postgres" else backend)
