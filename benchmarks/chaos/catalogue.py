"""All faults, in the order in which they tell most, with the repetitions of a whole run."""

from typing import Final

from chaos.fault import Control, Fault
from chaos.faults import frozen, holders, pooler, schedule, store

CATALOGUE: Final = (
    Fault("killed-in-a-run", 200, holders.killed, quick=3, is_for_all=True),
    Fault("many-replicas", 5_000, schedule.many_replicas, quick=40, is_for_all=True),
    Fault(
        "frozen-before-a-write",
        100,
        frozen.with_fence,
        control=Control("a fence", 100, frozen.without_fence),
    ),
    Fault("frozen-in-a-fenced-transaction", 100, frozen.in_transaction),
    Fault("blocked-event-loop", 50, holders.blocked_loop, quick=1, is_for_all=True),
    Fault("rolling-restart", 500, schedule.rolling_restart, quick=8, is_for_all=True),
    Fault("connections-cut", 50, holders.cut_off),
    Fault("silent-network", 50, holders.silent_network),
    Fault("connections-ended-by-the-server", 50, store.ended_connections, needs_own_store=True),
    Fault("server-restarted", 50, store.restarted, needs_own_store=True),
    Fault("server-crashed", 50, store.crashed, needs_own_store=True),
    Fault("server-away", 50, store.away, quick=1, needs_own_store=True),
    Fault("skewed-clocks", 500, schedule.skewed_clocks, quick=20),
    Fault("killed-between-runs", 100, holders.killed_idle, quick=3, is_for_all=True),
    # PgBouncer is no package of Python, so tests cannot bring it.
    Fault("transaction-pooler", 5_000, pooler.pooled, quick=0),
)
