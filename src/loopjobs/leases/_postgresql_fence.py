"""Binds transactions in PostgreSQL to leases that are kept in the same database."""

from loopjobs import FenceStatements
from loopjobs.leases._postgresql_statements import CHECK_FENCE, TAKE_FENCE


class PostgresqlFence:
    """A `Fence`.

    Args:
        namespace: Whose rows are ours.
    """

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def statements(self, job: str, fencing_token: int) -> FenceStatements:
        """Return what is asked on behalf of a run of that job that has that token."""
        token = f"{fencing_token:d}"
        take = TAKE_FENCE.format(
            namespace=_literal(self._namespace), job=_literal(job), token=token
        )
        return FenceStatements(take, CHECK_FENCE.format(token=token))


def _literal(text: str) -> str:
    """Return text as SQL, whatever it is and however a driver marks its parameters."""
    return f"convert_from(decode('{text.encode().hex()}', 'hex'), 'UTF8')"
