"""Who may see and do what."""

from typing import Annotated, Final, TypeAlias

from dishka import AsyncContainer
from fastapi import Depends, Request

from servicekit.rate_limits import RateLimiter
from servicekit.tokens import Principal, requires

READ: Final = "provisioning:read"
"""The scope that shows everybody's jobs."""
WRITE: Final = "provisioning:write"
"""The scope that sends lists, and changes the jobs that one sees."""

Reader: TypeAlias = Annotated[Principal, Depends(requires(READ, WRITE))]
"""Whoever may see jobs: their own, or with `provisioning:read` everybody's."""
Writer: TypeAlias = Annotated[Principal, Depends(requires(WRITE))]
"""Whoever may change the jobs that they see."""


async def _admit_upload(request: Request, writer: Writer) -> Principal:
    # Before the list is read, which is what costs.
    container: AsyncContainer = request.state.dishka_container
    (await container.get(RateLimiter)).admit(writer.subject)
    return writer


Uploader: TypeAlias = Annotated[Principal, Depends(_admit_upload)]
"""Whoever may send a list now."""


def whose(principal: Principal) -> str | None:
    """Return the owner whose jobs somebody may see, or `None` for everybody's."""
    return None if principal.may(READ) else principal.subject
