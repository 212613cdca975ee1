"""What can stand against a request, in words of the domain."""


class BulkJobError(Exception):
    """A request about a bulk job that cannot be granted."""


class BulkJobNotFoundError(BulkJobError):
    """No such job was ever created, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("there is no such bulk job")


class BulkJobGoneError(BulkJobError):
    """The job was there, and has been removed."""

    def __init__(self) -> None:
        super().__init__("this bulk job has been removed")


class BulkJobStateError(BulkJobError):
    """The job is in a state in which that cannot be done; the message says what can."""


class KeyReusedError(BulkJobError):
    """The idempotency key stands for another request already."""

    def __init__(self) -> None:
        super().__init__(
            "this Idempotency-Key stands for another request already; send a new request "
            "with a new key"
        )


class KeyGoneError(BulkJobError):
    """The idempotency key stands for a job that has been removed; it is not run again."""

    def __init__(self) -> None:
        super().__init__(
            "the bulk job of this Idempotency-Key has been removed and is not run again; to have "
            "it run again, send it with a new key"
        )


class TooManyUnfinishedError(BulkJobError):
    """The owner has as many unfinished jobs as one may have.

    Args:
        most: how many one may have.
    """

    def __init__(self, most: int) -> None:
        super().__init__(
            f"{most} of your bulk jobs are not finished yet, and no more may be; wait for one, "
            "or cancel it"
        )
