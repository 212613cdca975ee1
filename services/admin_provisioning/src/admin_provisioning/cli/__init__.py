"""The command `admin-provisioning`: the service."""

from admin_provisioning.cli.application import main

__all__ = ["main"]
