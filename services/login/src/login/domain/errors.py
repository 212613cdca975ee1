"""What can stand against a request, in words of the domain."""


class PcError(Exception):
    """A request about a PC that cannot be granted."""


class PcNotFoundError(PcError):
    """No such PC was ever registered, or all trace of it has been purged."""

    def __init__(self) -> None:
        super().__init__("no such PC is registered")


class PcRemovedError(PcError):
    """The PC was removed and may come back only through an administrator."""

    def __init__(self) -> None:
        super().__init__("this PC was removed")


class MacTakenError(PcError):
    """The MAC address is in use by another live PC."""

    def __init__(self) -> None:
        super().__init__("this MAC address is in use by another PC")


class CredentialUnknownError(PcError):
    """No PC has this credential: it was never issued, or a newer one has taken its place."""

    def __init__(self) -> None:
        super().__init__(
            "the credential is not known, or not any more; register the PC for a new one"
        )


class CredentialOfAnotherPcError(PcError):
    """The credential is good, but the PC with this MAC address is another."""

    def __init__(self) -> None:
        super().__init__("the credential belongs to another PC")
