"""What the cases of the Login service have in common: its jobs, its people, its requests."""

from collections.abc import Sequence
from typing import Final

from filling.bulk import insert_rows
from login.credentials.options import PasswordOptions
from login.credentials.password_hashes import Argon2Hashes
from login.storage.models import UserRow
from serving.paced import Stream
from serving.traffic import KeepAlives, SignIns, user_name
from sweeps.case import Scene

JOBS: Final = ("PcKeepAliveJob", "PcDeleteJob", "TokenCleanupJob")
OWNER: Final = 1
"""The number of the person whose sessions are in the tables."""
_PASSWORD: Final = "as good as any"  # noqa: S105 - of people who are made up
_PEOPLE: Final = 50
_KEEP_ALIVES_A_SECOND: Final = 100
_SIGN_INS_A_SECOND: Final = 5
_PCS_CONNECTED: Final = 128
_PEOPLE_CONNECTED: Final = 16
"""Enough for what comes in a second, and few enough that the service hangs up on none of them."""


def others_than(job: str) -> tuple[str, ...]:
    """Return the jobs that rest while one is measured."""
    return tuple(each for each in JOBS if each != job)


async def add_people(scene: Scene) -> None:
    """Write those who sign in; the first of them has all the sessions that are there."""
    known = await Argon2Hashes(PasswordOptions.model_validate({})).hash(_PASSWORD)
    sql = scene.expressions
    columns = {
        "id": "n",
        **dict.fromkeys(("username", "username_ci"), f"'{user_name(0)[:-1]}' || (n - 1)"),
        "password_hash": f"'{known}'",
        "scopes": "''",
        **dict.fromkeys(("created_at", "updated_at"), sql.moment()),
    }
    await insert_rows(scene.database, UserRow, columns, range(OWNER, OWNER + _PEOPLE), sql)


def keep_alives_and_sign_ins(pcs: int, every: int = 1) -> Sequence[Stream]:
    """Return what the service is asked for, a hundred times and five times a second.

    Args:
        pcs: so many are heard.
        every: their numbers are so far apart, and begin at 1.
    """
    return (
        Stream(KeepAlives(max(pcs, 1), every), _KEEP_ALIVES_A_SECOND, _PCS_CONNECTED),
        Stream(SignIns(_PASSWORD, _PEOPLE), _SIGN_INS_A_SECOND, _PEOPLE_CONNECTED),
    )
