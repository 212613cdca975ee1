"""Who may do what with PCs, by the scopes of an access token."""

from typing import Annotated, Final

from fastapi import Depends
from fastapi.params import Depends as Dependency

from servicekit.tokens import Principal, requires

READER: Final[Dependency] = Depends(requires("pcs:read", "pcs:write"))
"""For the `dependencies=` of a route that shows PCs."""

Writer = Annotated[Principal, Depends(requires("pcs:write"))]
"""Whoever may change, remove and restore PCs."""

Enroller = Annotated[Principal, Depends(requires("pcs:enroll", "pcs:write"))]
"""Whoever may register PCs."""
