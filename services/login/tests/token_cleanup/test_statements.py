"""What the cleanup asks of the database: how much, how long, and along which index."""

import re
from typing import cast

import pytest
from sqlalchemy import text

from login.domain.token_retention import Retention
from login.domain.token_search import Search, TokenKind
from login.storage.token_cleanup_store import SqlTokenCleanupStore
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.faults import StoreBusyError
from servicekit.testing.fixtures import on_postgresql, on_sqlite

from ..statements import Statement, statements, steps_of_reading  # noqa: TID252 - tests are not a package that has a name
from .cleaner import Cleaner, MakeCleaner
from .fake_token_store import FakeTokenStore
from .token_rows import TokenRows


async def many_rows(tokens: TokenRows, *, kept: int, expired: int) -> None:
    """Add so many consumed tokens that stay, then so many tokens that go, and some that live."""
    alive = await tokens.session(expired=-1)
    await tokens.refresh(alive, *[60.0] * kept, consumed=70)
    await tokens.refresh(alive, *[-1.0] * 5_000)
    await tokens.refresh(alive, *[30.0] * expired)


async def test_case_10_a_run_with_nothing_to_do_looks_once_along_each_way(
    tokens: TokenRows, database: Database, cleaner: MakeCleaner
) -> None:
    """Two statements for each of five ways, and no transaction that writes."""
    await tokens.one_time(*[-1] * 1_000)
    with statements(database) as seen:
        await cleaner().clean()
    assert len(seen) == 10
    assert not [statement for statement in seen if "DELETE" in statement]


async def test_case_10_statements_grow_with_batches_and_kept_tokens_cost_one_look(
    tokens: TokenRows, database: Database, cleaner: MakeCleaner
) -> None:
    """15,000 tokens that stay are walked over once, in three looks, whatever is deleted.

    What is deleted is counted by the database, and not given back row by row.
    """
    await many_rows(tokens, kept=15_000, expired=2_000)
    with statements(database) as seen:
        await cleaner(BatchSize=100).clean()
    assert await tokens.counts() == [0, 20_000, 1]
    looks, batches = 5 + 3, 2_000 // 100
    in_a_batch = 1 if database.is_sqlite else 2
    assert len(seen) == 2 * looks + in_a_batch * batches
    assert not [statement for statement in seen if "RETURNING" in statement]


async def test_case_16_every_look_goes_along_an_index(
    tokens: TokenRows, database: Database, cleaner: MakeCleaner
) -> None:
    """The plans of the very statements of a run: each has its index, none reads a table whole."""
    await many_rows(tokens, kept=6_000, expired=1_000)
    await tokens.one_time(*[30.0] * 50, *[-1.0] * 2_000)
    await tokens.sessions(100, expired=-1)
    await tokens.sessions(600, expired=-1, revoked=200)
    with statements(database) as seen:
        await cleaner(DryRun=True).clean()
        await cleaner().clean()
    await tokens.execute("ANALYZE")
    plans = [await plan_of(database, statement) for statement in seen]
    # What SQLite scans besides is the list of ids that a statement is given.
    whole_table = r"'SCAN (?!json_each)" if database.is_sqlite else "Seq Scan"
    assert [plan for plan in plans if re.search(whole_table, plan)] == []
    for table in ("one_time_tokens", "refresh_tokens", "auth_sessions"):
        assert any(f"ix_{table}_expires_at" in plan for plan in plans)
    assert any("ix_auth_sessions_revoked_at" in plan for plan in plans)
    assert any("ix_refresh_tokens_session_id" in plan for plan in plans)


@on_sqlite
async def test_case_10_a_look_costs_the_same_however_much_lies_beyond(
    tokens: TokenRows, token_store: SqlTokenCleanupStore, database: Database, clock: FakeClock
) -> None:
    """The second look at 100 rows, with 300 further ones on the way, and with 3,000."""
    session, cutoffs = await tokens.session(expired=25), Retention().cutoffs(clock.now())
    taken = []
    for rows in (500, 2_700):
        await tokens.refresh(session, *[100 - number / 100 for number in range(rows)])
        first = await token_store.find(Search.REFRESH_BY_EXPIRY, cutoffs, None, 100)
        with steps_of_reading(database) as steps:
            found = await token_store.find(Search.REFRESH_BY_EXPIRY, cutoffs, first.end, 100)
        assert len(found.ids) == 100
        taken.append(len(steps))
    assert taken[1] <= taken[0] * 1.2


async def plan_of(database: Database, statement: Statement) -> str:
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    async with database.reader.connect() as connection:
        if not database.is_sqlite:
            # The tables of a test fit on a few pages, where reading them whole is best.
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
        parameters = cast("dict[str, object]", statement.given)  # as the driver got them
        rows = await connection.exec_driver_sql(explain + statement, parameters)
        return "\n".join(str(row) for row in rows)


@on_postgresql
async def test_a_statement_that_takes_too_long_is_given_up(
    tokens: TokenRows, token_store: SqlTokenCleanupStore, clock: FakeClock
) -> None:
    """Within the limit, not after the thirty seconds that the trigger would take; as busy."""
    (token,) = await tokens.one_time(30)
    await tokens.execute(
        "CREATE FUNCTION dawdle() RETURNS trigger AS $$ BEGIN PERFORM pg_sleep(30);"
        " RETURN OLD; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER dawdle BEFORE DELETE ON one_time_tokens FOR EACH ROW"
        " EXECUTE FUNCTION dawdle()",
    )
    limited = token_store.limited_to(0.05)
    cutoffs = Retention().cutoffs(clock.now())
    with pytest.raises(StoreBusyError):
        await limited.delete(TokenKind.ONE_TIME, [token], cutoffs)
    assert await tokens.left(TokenKind.ONE_TIME) == [token]


async def test_the_limit_of_the_settings_reaches_the_store(clock: FakeClock) -> None:
    """The job asks for its own limit."""
    store = FakeTokenStore(0)
    Cleaner(store, clock, StatementTimeoutInSeconds=20)
    assert store.limit == 20
