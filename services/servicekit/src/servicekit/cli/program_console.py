"""Where commands print."""

import os
import signal
import sys

from rich.console import Console


class ProgramConsole(Console):
    """A console of a program that runs until it is told to stop."""

    def on_broken_pipe(self) -> None:
        """Stop when nobody reads any more, as after `loopjobs-demo | head`.

        Rich would end the process from within whatever task prints. That is no way to leave a
        running service, so it is the same as being asked to stop.
        """
        self.quiet = True
        # Python flushes what is left when it ends, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        signal.raise_signal(signal.SIGTERM)
