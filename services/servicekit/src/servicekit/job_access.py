"""Who may see jobs, and who may act on them."""

from typing import Annotated, Final, TypeAlias

from fastapi import Depends

from servicekit.tokens import Principal, requires

VIEW: Final = "jobs:view"
"""The scope that shows jobs."""
OPERATE: Final = "jobs:operate"
"""The scope that shows jobs, and lets one run, pause and resume them."""

Viewer: TypeAlias = Annotated[Principal, Depends(requires(VIEW, OPERATE))]
"""Whoever may see jobs."""
Operator: TypeAlias = Annotated[Principal, Depends(requires(OPERATE))]
"""Whoever may act on jobs."""
