"""Names of hosts in requests."""

from typing import Annotated

from pydantic import AfterValidator, Field

from login.domain.hostname import LONGEST_HOSTNAME, check_hostname

Hostname = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_HOSTNAME,
        description="Letters of any script, digits, '-' and '_', in labels separated by dots.",
        examples=["lab-01"],
    ),
    AfterValidator(check_hostname),
]
"""A host name in a body."""
