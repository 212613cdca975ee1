"""Keeps a single PC from filling the service with its keep-alives."""

from login.domain.pc_credential import PcCredential
from login.http.options import KeepAliveOptions
from loopjobs import Clock
from servicekit.rate_limits import Rate, RateLimiter


class KeepAliveLimit:
    """Admits so many keep-alives a minute from each PC.

    It goes by the credential: whoever has it not cannot use up what a PC may send.

    Args:
        options: how many.
        clock: tells the minutes.
    """

    def __init__(self, options: KeepAliveOptions, clock: Clock) -> None:
        self._limiter = RateLimiter(Rate(options.most_per_minute, 60.0), clock)

    def admit(self, credential: PcCredential) -> None:
        """Let a keep-alive pass.

        Raises:
            ProblemError: 429 with `Retry-After`; the PC has used up its minute.
        """
        self._limiter.admit(credential.hash.hex())
