"""What a host starts and stops."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class HostedService(Protocol):
    """Something that lives as long as the host; `IHostedService` in .NET."""

    async def start(self) -> None:
        """Begin; return once begun. An exception keeps the host from starting."""
        ...

    async def stop(self) -> None:
        """End; return once ended. It is cancelled when the host's shutdown budget is used up."""
        ...
