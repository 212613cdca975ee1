"""Binds transactions in SQLite to leases that are kept in the same database."""

from typing import Final

from loopjobs import FenceStatements

# It changes nothing, and has the one write lock: nobody takes over before the transaction ends. A
# process that freezes in it keeps everybody out, as it does by the lock on its job.
_TAKE: Final = """
    UPDATE loopjobs_leases SET token = token
    WHERE namespace = {namespace} AND job = {job} AND token = {token}
    RETURNING 1
"""


class SqliteFence:
    """A `Fence`.

    Args:
        namespace: Whose rows are ours.
    """

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def statements(self, job: str, fencing_token: int) -> FenceStatements:
        """Return what is asked on behalf of a run of that job that has that token."""
        take = _TAKE.format(
            namespace=_literal(self._namespace), job=_literal(job), token=f"{fencing_token:d}"
        )
        return FenceStatements(take)


def _literal(text: str) -> str:
    """Return text as SQL, whatever it is and however a driver marks its parameters."""
    return f"CAST(x'{text.encode().hex()}' AS TEXT)"
