"""Lets those act who may, and writes down the others."""

from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from starlette.requests import Request

from loopjobs.web._actions import Action, Actions, Operator
from loopjobs.web._gate import Gate, Known
from loopjobs.web._refusal import forbidden

_SUBSCRIBER_BITS: Final = 64


class Operators:
    """The gate to actions."""

    def __init__(self, gate: Gate, actions: Actions) -> None:
        self._gate = gate
        self._actions = actions

    async def admit(self, request: Request, action: Action, job_name: str) -> Known:
        """Return who asks, if they may act.

        Raises:
            RefusalError: 401; nobody knows. 403; they may look only.
        """
        known = await self._gate.viewer(request)
        if not known.visitor.may_operate:
            self._actions.refuse(operator_of(request, known), action, job_name)
            raise forbidden("You may look at the jobs, and not act on them.")
        return known


def operator_of(request: Request, known: Known) -> Operator:
    """Return who acts, as the audit names them."""
    return Operator(known.visitor.name, address_of(request))


def address_of(request: Request) -> str:
    """Return where somebody comes from, as far as the server knows; a proxy may stand between."""
    return "unknown" if request.client is None else request.client.host


def network_of(request: Request) -> str:
    """Return what one subscriber has: an IPv4 address, or a whole network of IPv6 addresses."""
    address = address_of(request)
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((int(parsed), _SUBSCRIBER_BITS), strict=False))
