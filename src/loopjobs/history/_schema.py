"""The tables, and how they come to be: safe when several replicas start at once."""

from typing import Final

from loopjobs.history._connection import Connection, Session

_VERSION_TABLE: Final = "loopjobs_schema"

# What a version has brought is never edited: databases have it. A change is a further version, and
# one that processes of the version before can live with, for they run beside it for a while.
_VERSIONS: Final = (
    (
        """
        CREATE TABLE loopjobs_runs (
            run_id {name} PRIMARY KEY,
            job {name} NOT NULL,
            replica TEXT NOT NULL,
            outcome TEXT NOT NULL,
            due_at {instant} NOT NULL,
            started_at {instant},
            ended_at {instant} NOT NULL,
            duration {number} NOT NULL,
            error TEXT,
            traceback TEXT,
            reported {json},
            fencing_token BIGINT,
            presumed BOOLEAN NOT NULL
        )
        """,
        "CREATE INDEX ix_loopjobs_runs_latest ON loopjobs_runs (job, ended_at, run_id)",
        "CREATE INDEX ix_loopjobs_runs_retention ON loopjobs_runs (outcome, ended_at)",
        """
        CREATE TABLE loopjobs_runs_in_progress (
            run_id {name} PRIMARY KEY,
            job {name} NOT NULL,
            replica TEXT NOT NULL,
            due_at {instant} NOT NULL,
            started_at {instant} NOT NULL,
            seen_at {instant} NOT NULL
        )
        """,
        """
        CREATE TABLE loopjobs_skipped_slots (
            skip_id {name} PRIMARY KEY,
            job {name} NOT NULL,
            replica TEXT NOT NULL,
            outcome TEXT NOT NULL,
            slots BIGINT NOT NULL,
            first_at {instant} NOT NULL,
            last_at {instant} NOT NULL
        )
        """,
        "CREATE INDEX ix_loopjobs_skips_latest ON loopjobs_skipped_slots (job, last_at, skip_id)",
        "CREATE INDEX ix_loopjobs_skips_retention ON loopjobs_skipped_slots (last_at)",
    ),
)


def bring_up_to_date(connection: Connection) -> None:
    """Create what is missing.

    The version is looked at first without a lock, so that a user who may not create tables can
    live on those that somebody else has created.
    """
    with connection.reading() as session:
        if _version(connection, session) >= len(_VERSIONS):
            return
    with connection.writing() as session:
        connection.take_turn(session)
        version = _version(connection, session)
        if version < len(_VERSIONS):
            _upgrade(connection, session, version)


def _version(connection: Connection, session: Session) -> int:
    if not session.rows(connection.find_table, name=_VERSION_TABLE):
        return 0
    ((version,),) = session.rows("SELECT version FROM loopjobs_schema")
    return int(str(version))


def _upgrade(connection: Connection, session: Session, version: int) -> None:
    if version == 0:
        session.change("CREATE TABLE loopjobs_schema (version INTEGER NOT NULL)")
        session.change("INSERT INTO loopjobs_schema (version) VALUES (0)")
    for statements in _VERSIONS[version:]:
        for statement in statements:
            session.change(statement.format(**connection.types))
    session.change("UPDATE loopjobs_schema SET version = :version", version=len(_VERSIONS))
