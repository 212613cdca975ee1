"""Takes from the leases of a replica what its plan leaves out."""

import asyncio
import threading
from collections.abc import Callable
from typing import Final

from sqlalchemy import make_url

from chaos.passing_store import PassingSource
from chaos.plan import LeftOut, Plan
from chaos.without.claims import LockAlone, NameOfMachine, OwnClock, SessionLock, Unobservant
from chaos.without.connections import SingleConnection
from chaos.without.ends import EarlyEnds, KeptLeases, OutlivingLeases
from chaos.without.renewals import RenewalsOnLoop, SingleTries, UnansweredRenewals
from loopjobs import Lease, LeaseStore, LeaseStoreSource

_PLAIN: Final[dict[LeftOut, Callable[[LeaseStore], LeaseStore]]] = {
    LeftOut.SLOTS: LockAlone,
    LeftOut.GIVING_BACK: KeptLeases,
    LeftOut.ANSWER_TO_RENEWAL: UnansweredRenewals,
    LeftOut.TIME_WHILE_FROZEN: UnansweredRenewals,
    LeftOut.NAME_OF_PROCESS: NameOfMachine,
    LeftOut.SIGHTINGS: Unobservant,
}


def weakened(
    source: LeaseStoreSource, plan: Plan, is_stopping: threading.Event
) -> LeaseStoreSource:
    """Return leases without what is left out; called on the event loop of the host.

    Args:
        source: Where they are.
        plan: Says what is left out.
        is_stopping: Set when the host is asked to end.
    """
    if plan.left_out is LeftOut.NOTHING:
        return source
    if plan.left_out is LeftOut.CONNECTING_ANEW:
        return SingleConnection(source)
    return PassingSource(source, _PLAIN.get(plan.left_out) or _made(plan, is_stopping))


def _made(plan: Plan, is_stopping: threading.Event) -> Callable[[LeaseStore], LeaseStore]:
    loop = asyncio.get_running_loop()
    given_up: set[Lease] = set()
    makers: dict[LeftOut, Callable[[LeaseStore], LeaseStore]] = {
        LeftOut.CLOCK_OF_STORE: lambda store: OwnClock(store, plan.ahead),
        LeftOut.END_OF_LEASE: lambda store: OutlivingLeases(
            store, has_locks=plan.url.startswith("sqlite")
        ),
        LeftOut.LEASE_UNTIL_END_OF_BODY: lambda store: EarlyEnds(store, is_stopping),
        LeftOut.RENEWAL_THREAD: lambda store: RenewalsOnLoop(store, loop),
        LeftOut.ROW: lambda store: SessionLock(store, _conninfo(plan.url)),
        LeftOut.SECOND_TRY: lambda store: SingleTries(store, given_up),
    }
    return makers[plan.left_out]


def _conninfo(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
