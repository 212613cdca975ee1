"""What the runs of a job begin with."""

from dataclasses import dataclass

from loopjobs._words.cancellation import CancellationToken
from loopjobs._words.options import LoopJobOptions


@dataclass(frozen=True, slots=True)
class RunTerms:
    """What a run begins with; the runs of a job share it until something of it changes."""

    job: str
    process: str
    """A word that only the runs of this host have."""
    options: LoopJobOptions
    token: CancellationToken
    """Asks the runs to end that nothing but the stop of the host can end."""
    failures: int = 0
    """The failures in a row before the run."""

    @property
    def are_plain(self) -> bool:
        """Whether a run needs nothing of its own, and leaves them as they are if it goes well."""
        return self.options.timeout_in_seconds is None and not self.failures
