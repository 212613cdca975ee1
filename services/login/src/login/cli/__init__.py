"""The command `login`: the service, its agent, a simulated fleet, and a demonstration."""

from login.cli.application import main

__all__ = ["main"]
