"""All faults, in the order in which they tell most, with the repetitions of a whole run."""

from typing import Final

from chaos.fault import Control, Fault
from chaos.faults import frozen, holders, network, pooler, processes, schedule, store
from chaos.plan import LeftOut

CATALOGUE: Final = (
    Fault(
        "killed-in-a-run",
        200,
        holders.killed,
        Control(LeftOut.END_OF_LEASE.value, 10, holders.killed_with_outliving_lease),
        quick=3,
        is_for_all=True,
    ),
    Fault(
        "many-replicas",
        5_000,
        schedule.many_replicas,
        Control(LeftOut.SLOTS.value, 500, schedule.locks_alone, quick=40),
        quick=30,
        is_for_all=True,
    ),
    Fault(
        "frozen-before-a-write",
        100,
        frozen.with_fence,
        Control("a fence", 100, frozen.without_fence),
    ),
    Fault(
        "frozen-in-a-fenced-transaction",
        100,
        frozen.in_transaction,
        Control("an end of idle transactions", 10, frozen.in_endless_transaction),
    ),
    Fault(
        "frozen-between-steps",
        100,
        frozen.in_steps,
        Control(LeftOut.TIME_WHILE_FROZEN.value, 10, frozen.in_steps_and_sure),
    ),
    Fault(
        "blocked-event-loop",
        50,
        holders.blocked_loop,
        Control(LeftOut.RENEWAL_THREAD.value, 10, holders.blocked_renewals),
        quick=1,
        is_for_all=True,
    ),
    Fault(
        "rolling-restart",
        500,
        schedule.rolling_restart,
        Control(LeftOut.GIVING_BACK.value, 20, schedule.rolling_restart_with_leases, quick=4),
        quick=8,
        is_for_all=True,
    ),
    Fault(
        "connections-cut",
        50,
        network.cut_off,
        Control(LeftOut.ANSWER_TO_RENEWAL.value, 10, network.cut_off_and_sure),
    ),
    Fault(
        "silent-network",
        50,
        network.silent_network,
        Control(LeftOut.ANSWER_TO_RENEWAL.value, 10, network.silent_and_sure),
    ),
    Fault(
        "cut-for-a-moment",
        50,
        network.cut_for_a_moment,
        Control(LeftOut.SECOND_TRY.value, 10, network.cut_for_a_moment_and_discouraged),
        quick=1,
    ),
    Fault(
        "connections-ended-by-the-server",
        50,
        store.ended_connections,
        Control(LeftOut.CONNECTING_ANEW.value, 10, store.ended_for_good),
        needs_own_store=True,
    ),
    Fault(
        "server-restarted",
        50,
        store.restarted,
        Control(LeftOut.CONNECTING_ANEW.value, 10, store.restarted_for_good),
        needs_own_store=True,
    ),
    Fault(
        "server-crashed",
        50,
        store.crashed,
        Control(LeftOut.CONNECTING_ANEW.value, 10, store.crashed_for_good),
        needs_own_store=True,
    ),
    Fault(
        "server-away",
        50,
        store.away,
        Control("a wait for the store", 10, store.away_and_local),
        quick=1,
        needs_own_store=True,
    ),
    Fault(
        "skewed-clocks",
        500,
        schedule.skewed_clocks,
        Control(LeftOut.CLOCK_OF_STORE.value, 100, schedule.clocks_of_replicas, quick=16),
        quick=15,
    ),
    Fault(
        "killed-between-runs",
        100,
        holders.killed_idle,
        Control(LeftOut.GIVING_BACK.value, 10, holders.killed_idle_with_its_lease, quick=2),
        quick=3,
        is_for_all=True,
    ),
    Fault(
        "deaf-to-cancellation",
        20,
        processes.deaf_to_cancellation,
        Control(LeftOut.LEASE_UNTIL_END_OF_BODY.value, 10, processes.deaf_without_its_lease),
        quick=1,
        is_for_all=True,
    ),
    Fault(
        "forked-when-built",
        50,
        processes.forked_when_built,
        Control(LeftOut.NAME_OF_PROCESS.value, 2, processes.forked_with_one_name),
        quick=4,
        is_for_all=True,
    ),
    # PgBouncer is no package of Python, so tests cannot bring it.
    Fault(
        "transaction-pooler",
        5_000,
        pooler.pooled,
        Control(LeftOut.ROW.value, 50, pooler.pooled_locks, quick=0),
        quick=0,
    ),
)
