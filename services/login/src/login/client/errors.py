"""What can go wrong when a PC talks to the Login service, by what the PC should do about it."""


class LoginClientError(Exception):
    """The root of all errors raised by the client."""


class LoginAwayError(LoginClientError):
    """Nobody who can answer is there at present; trying again later is right.

    Args:
        what: Why, in words for a log line.
        retry_after: Seconds the service asked to be left alone, if it did.
    """

    def __init__(self, what: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(what)


class UnauthorizedError(LoginClientError):
    """What was presented is not good, or not any more; for a PC, registering anew is right."""


class ClientRefusedError(LoginClientError):
    """The service does not let this client register PCs: a person has to see to that."""


class PcUnknownError(LoginClientError):
    """The service does not know this PC; registering it is right."""


class PcRemovedError(LoginClientError):
    """An administrator has removed this PC; it should stop saying that it is there."""


class LoginRefusedError(LoginClientError):
    """The service understood and said no; asking again would change nothing.

    Args:
        status: The HTTP status it answered with.
        detail: The reason it gave.
    """

    def __init__(self, status: int, detail: str) -> None:
        self.status = status
        super().__init__(f"{detail} (HTTP {status})")
