"""All faults, in the order in which they tell most, with the repetitions of a whole run."""

from typing import Final

from chaos.fault import Fault
from chaos.faults import frozen, holders, pooler, schedule, store

CATALOGUE: Final = (
    Fault("killed-in-a-run", 200, holders.killed, is_for_all=True),
    Fault("many-replicas", 5_000, schedule.many_replicas, is_for_all=True),
    Fault("frozen-before-a-write-without-fence", 100, frozen.without_fence),
    Fault("frozen-before-a-write-with-fence", 100, frozen.with_fence),
    Fault("frozen-in-a-fenced-transaction", 100, frozen.in_transaction),
    Fault("blocked-event-loop", 50, holders.blocked_loop, is_for_all=True),
    Fault("rolling-restart", 500, schedule.rolling_restart, is_for_all=True),
    Fault("connections-cut", 50, holders.cut_off),
    Fault("silent-network", 50, holders.silent_network),
    Fault("connections-ended-by-the-server", 50, store.ended_connections),
    Fault("server-restarted", 50, store.restarted),
    Fault("server-crashed", 50, store.crashed),
    Fault("server-away", 50, store.away),
    Fault("skewed-clocks", 500, schedule.skewed_clocks),
    Fault("killed-between-runs", 100, holders.killed_idle, is_for_all=True),
    Fault("transaction-pooler", 5_000, pooler.pooled),
)
