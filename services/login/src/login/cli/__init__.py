"""The command `login`: the service, its agent, a simulated fleet, users and keys."""

from login.cli.application import main

__all__ = ["main"]
