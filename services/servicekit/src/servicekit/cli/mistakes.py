"""How a command ends that cannot do what it was asked to."""

from typing import Final

MISTAKE: Final = 2
"""Exit code: what was asked for cannot be done as it was asked."""
FAILED: Final = 1
"""Exit code: it was rightly asked for, and did not come about."""


class CommandError(Exception):
    """Ends the command with a message for the person at the prompt, and no traceback.

    Args:
        what: What is wrong, where, and what to do.
        exit_code: What the shell gets to see.
    """

    def __init__(self, what: str, exit_code: int = MISTAKE) -> None:
        self.exit_code = exit_code
        super().__init__(what)
