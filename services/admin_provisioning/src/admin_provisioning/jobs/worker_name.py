"""Names the claims of this process."""

import os
import socket
from itertools import count
from typing import Final
from uuid import uuid4

_HOST_LENGTH: Final = 24


class WorkerName:
    """Gives each claim a name that no other claim has, here or elsewhere.

    Host and process are for people. They are not enough: containers are alike in both, and a
    process that was restarted must not pass for the one before.
    """

    def __init__(self) -> None:
        self._process = f"{socket.gethostname()[:_HOST_LENGTH]}-{os.getpid()}-{uuid4().hex[:12]}"
        self._claims = count(1)

    def next(self) -> str:
        """Return a new name."""
        return f"{self._process}-{next(self._claims)}"
