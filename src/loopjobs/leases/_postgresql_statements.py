"""The statements of the leases in PostgreSQL. Instants and durations are in microseconds."""

from typing import Final

# `fillfactor`: there is room for the next version of a row on its page, and no index but the key,
# so no update touches an index.
CREATE_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS loopjobs_leases (
        namespace TEXT COLLATE "C" NOT NULL,
        job TEXT COLLATE "C" NOT NULL,
        interval_us BIGINT CHECK (interval_us > 0),
        grid_due_at TIMESTAMP WITH TIME ZONE NOT NULL,
        asked_due_at TIMESTAMP WITH TIME ZONE,
        asked_us BIGINT,
        is_paused BOOLEAN NOT NULL DEFAULT false,
        fencing_token BIGINT NOT NULL DEFAULT 0,
        holder TEXT,
        lease_until TIMESTAMP WITH TIME ZONE,
        lease_us BIGINT,
        started_at TIMESTAMP WITH TIME ZONE,
        finished_at TIMESTAMP WITH TIME ZONE,
        outcome TEXT,
        error TEXT,
        last_success_at TIMESTAMP WITH TIME ZONE,
        failures_in_a_row INTEGER NOT NULL DEFAULT 0,
        leases_granted BIGINT NOT NULL DEFAULT 0,
        leases_taken_over BIGINT NOT NULL DEFAULT 0,
        PRIMARY KEY (namespace, job)
    ) WITH (fillfactor = 50)
"""

# Not `to_regclass`: after a wait for others it may still believe that there is no such table.
FIND_TABLE: Final = """
    SELECT relpersistence = 'p' FROM pg_catalog.pg_class
    WHERE relname = 'loopjobs_leases' AND pg_catalog.pg_table_is_visible(oid)
"""

# A commit that a crash of the server takes back is a slot that is run twice. Set for the one
# transaction: a pooler may lend the connection to others after it.
_DURABLY: Final = """
    CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
        THEN set_config('synchronous_commit', 'on', true) END
"""
_US: Final = "interval '1 microsecond'"


def _us_of(instant: str) -> str:
    return f"(extract(epoch FROM ({instant})) * 1000000)::bigint"


# Whoever asks counts its own interval from the last slot of the grid. A slot of a calendar has an
# age; if it was had, the next one of that calendar counts.
def _slot_at(now: str) -> str:
    return f"({now} - %(slot_age)s::bigint * {_US})"


def _grid_due_at(row: str, now: str) -> str:
    last_at, slot_at = f"({row}.grid_due_at - {row}.interval_us * {_US})", _slot_at(now)
    tolerance = f"%(tolerance)s::bigint * {_US}"
    return f"""
    (CASE
        WHEN %(slot_age)s::bigint IS NULL
            THEN {row}.grid_due_at + COALESCE(%(interval)s - {row}.interval_us, 0) * {_US}
        WHEN {last_at} BETWEEN {slot_at} - {tolerance} AND {now} + {tolerance}
            THEN {slot_at} + %(interval)s * {_US}
        ELSE {slot_at} END)
    """


_GRID_DUE_AT: Final = _grid_due_at("old", "now.at")
_SLOT_AT: Final = _slot_at("now.at")

# The instant is taken once for all of a statement, after it has been sent: a lease ends later here
# than in the eyes of its holder. `now()` is when the statement arrived: one that has waited for
# longer than whoever sent it would, must not be granted a lease that nobody knows of.
#
# FOR UPDATE collides with the FOR KEY SHARE of a fenced transaction, the plain UPDATE of renewals
# does not: a job may write and renew, and nobody takes over before it has committed.
CLAIM: Final = f"""
    WITH now AS MATERIALIZED (SELECT clock_timestamp() AS at),
    ours AS MATERIALIZED (
        SELECT old.*, now.at, {_GRID_DUE_AT} AS own_due_at,
            COALESCE(old.asked_due_at, {_GRID_DUE_AT}) AS due_at, {_DURABLY} AS durably
        FROM loopjobs_leases AS old CROSS JOIN now
        WHERE old.namespace = %(namespace)s AND old.job = %(job)s
            AND (%(is_by_hand)s OR NOT old.is_paused
                AND (COALESCE(old.asked_due_at, {_GRID_DUE_AT}) <= now.at
                    OR old.asked_due_at > now.at + old.asked_us * {_US}
                    OR old.asked_due_at IS NULL
                        AND {_GRID_DUE_AT} > now.at + %(interval)s * {_US}))
            AND (old.holder IS NULL OR old.lease_until <= now.at
                OR (old.fencing_token = %(stale_token)s AND old.lease_us <= %(lease)s
                    AND {_us_of("old.lease_until")} = %(stale_until)s))
            AND now.at < now() + %(patience)s * {_US}
        FOR UPDATE OF old SKIP LOCKED
    ),
    slot AS MATERIALIZED (
        SELECT *,
            due_at > at AND NOT %(is_by_hand)s AS is_anew,
            NOT is_paused AND (due_at <= at OR NOT %(is_by_hand)s) AS is_had,
            ({_us_of("at - own_due_at")} / %(interval)s + 1) * %(interval)s * {_US} AS to_next
        FROM ours
    ),
    granted AS (
        UPDATE loopjobs_leases AS new SET
            holder = %(holder)s,
            fencing_token = GREATEST(slot.fencing_token + 1, {_us_of("slot.at")}),
            lease_until = slot.at + %(lease)s * {_US},
            lease_us = %(lease)s,
            interval_us = CASE
                WHEN slot.is_anew OR slot.is_had AND slot.own_due_at <= slot.at THEN %(interval)s
                ELSE COALESCE(slot.interval_us, %(interval)s) END,
            grid_due_at = CASE
                WHEN slot.is_anew THEN slot.at + %(interval)s * {_US}
                WHEN slot.is_had AND slot.own_due_at <= slot.at
                    THEN slot.own_due_at + slot.to_next
                ELSE slot.grid_due_at END,
            asked_due_at = CASE WHEN NOT slot.is_had THEN slot.asked_due_at END,
            started_at = slot.at,
            leases_granted = slot.leases_granted + 1,
            leases_taken_over = slot.leases_taken_over + (slot.holder IS NOT NULL)::int
        FROM slot
        WHERE new.namespace = slot.namespace AND new.job = slot.job
        RETURNING new.fencing_token,
            {_us_of(f"COALESCE(new.asked_due_at, {_grid_due_at('new', 'slot.at')}) - slot.at")}
                AS next_in,
            {_us_of("slot.at - slot.due_at")} AS overdue,
            slot.holder IS NOT NULL AS is_takeover,
            {_us_of("slot.at - slot.last_success_at")} AS success_age,
            slot.failures_in_a_row, slot.fencing_token AS token_before,
            slot.interval_us AS interval_before,
            {_us_of("slot.at - slot.grid_due_at")} + slot.interval_us AS grid_age
    )
    SELECT true, fencing_token, next_in, overdue, is_takeover, success_age,
        failures_in_a_row, token_before, interval_before, grid_age, NULL, NULL, false, NULL
    FROM granted
    UNION ALL
    SELECT false, fencing_token,
        {_us_of(f"COALESCE(asked_due_at, {_GRID_DUE_AT}) - now.at")}, 0, false,
        {_us_of("now.at - last_success_at")},
        failures_in_a_row, fencing_token, interval_us,
        {_us_of("now.at - grid_due_at")} + interval_us,
        CASE WHEN lease_until > now.at THEN {_us_of("lease_until - now.at")} END,
        {_us_of("lease_until")}, is_paused, holder
    FROM loopjobs_leases AS old CROSS JOIN now
    WHERE namespace = %(namespace)s AND job = %(job)s AND NOT EXISTS (SELECT FROM granted)
"""  # noqa: S608 - made of our own words alone

ADD_JOB: Final = """
    INSERT INTO loopjobs_leases (namespace, job, grid_due_at)
    VALUES (%(namespace)s, %(job)s, clock_timestamp())
    ON CONFLICT (namespace, job) DO NOTHING
"""

RENEW: Final = f"""
    UPDATE loopjobs_leases AS lease SET lease_until = clock_timestamp() + held.lease * {_US}
    FROM unnest(%(jobs)s::text[], %(tokens)s::bigint[], %(holders)s::text[], %(leases)s::bigint[])
        AS held (job, token, holder, lease)
    WHERE lease.namespace = %(namespace)s AND lease.job = held.job
        AND lease.fencing_token = held.token AND lease.holder = held.holder
        AND lease.lease_until > clock_timestamp()
    RETURNING lease.job, lease.fencing_token
"""  # noqa: S608 - made of our own words alone

_IS_PASSED: Final = f"(grid_due_at - interval_us * {_US} < {_SLOT_AT})"

FINISH: Final = f"""
    WITH now AS MATERIALIZED (SELECT clock_timestamp() AS at, {_DURABLY} AS durably)
    UPDATE loopjobs_leases AS lease SET
        holder = NULL, lease_until = NULL, lease_us = NULL,
        finished_at = now.at, outcome = %(outcome)s, error = %(error)s,
        last_success_at = CASE WHEN %(has_succeeded)s THEN now.at ELSE last_success_at END,
        failures_in_a_row = CASE WHEN %(has_succeeded)s THEN 0
            ELSE failures_in_a_row + %(has_failed)s::int END,
        asked_due_at = COALESCE(now.at + %(next_in)s::bigint * {_US}, asked_due_at),
        asked_us = COALESCE(%(next_in)s::bigint, asked_us),
        interval_us = CASE WHEN {_IS_PASSED} THEN %(gap)s ELSE interval_us END,
        grid_due_at = CASE
            WHEN {_IS_PASSED} THEN {_SLOT_AT} + %(gap)s::bigint * {_US}
            WHEN %(passes_slots)s AND grid_due_at < now.at THEN grid_due_at
                + ceil({_us_of("now.at - grid_due_at")}::numeric / interval_us)::bigint
                * interval_us * {_US}
            ELSE grid_due_at END
    FROM now
    WHERE namespace = %(namespace)s AND job = %(job)s
        AND fencing_token = %(token)s AND holder = %(holder)s
"""  # noqa: S608 - made of our own words alone

SET_PAUSED: Final = """
    INSERT INTO loopjobs_leases (namespace, job, grid_due_at, is_paused)
    VALUES (%(namespace)s, %(job)s, clock_timestamp(), %(is_paused)s)
    ON CONFLICT (namespace, job) DO UPDATE SET is_paused = excluded.is_paused
"""

# KEY SHARE stands in the way of whoever claims, not of renewals. A process that freezes in its
# transaction would stand there for ever: the server ends it when the lease would have ended.
TAKE_FENCE: Final = """
    SELECT set_config('loopjobs.fence', '{token}', true),
        set_config('idle_in_transaction_session_timeout',
            COALESCE(GREATEST(lease_us / 1000, 1)::text,
                current_setting('idle_in_transaction_session_timeout')), true)
    FROM loopjobs_leases
    WHERE namespace = {namespace} AND job = {job} AND fencing_token = {token}
    FOR KEY SHARE
"""
# What is set for a transaction is gone with it.
CHECK_FENCE: Final = "SELECT 1 WHERE current_setting('loopjobs.fence', true) = '{token}'"
