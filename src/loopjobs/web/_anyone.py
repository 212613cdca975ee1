"""No authorization, spelled out."""

from starlette.requests import Request

from loopjobs.web._visitors import Authorization, Visitor


class Anyone:
    """Takes everybody for an operator."""

    async def __call__(self, _: Request, /) -> Visitor | None:
        """Return an operator."""
        return Visitor("anyone", may_operate=True)


def insecure_allow_anyone() -> Authorization:
    """Let everybody who reaches the page see and do everything: for a machine of one's own.

    Without `allowed_hosts` the page then answers only under an address or `localhost`, so that a
    name that somebody else points here leads nowhere.
    """
    return Anyone()
