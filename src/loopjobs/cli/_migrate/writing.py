"""`loopjobs migrate --write`: shows the change, asks, and writes."""

import sys
from dataclasses import dataclass
from pathlib import Path

import typer

from loopjobs.cli._consoles import asides, results
from loopjobs.cli._mistakes import CommandError, ExitCode
from loopjobs.cli._text import safe, safe_lines
from loopjobs.migration import Inventory, SettingsEdit, plan_edit


@dataclass(frozen=True, slots=True)
class Permission:
    """What the person at the prompt has said in advance."""

    to_write: bool
    only_to_show: bool


def write_sections(
    path: Path, inventory: Inventory, permission: Permission, *, is_quiet: bool
) -> None:
    """Add the sections that are ready to a settings file.

    Raises:
        MigrationError: The file cannot be read or written.
        CommandError: There is nobody to ask, or the answer was no.
    """
    edit = plan_edit(path, inventory.settings)
    # With JSON on standard output, all else goes to standard error.
    console = asides() if is_quiet else results()
    for name in edit.kept:
        console.print(safe(f"{path} has a section {name}: it was not touched."), soft_wrap=True)
    if not edit.added:
        console.print(safe(f"{path}: there is nothing to add."), soft_wrap=True)
        return
    console.print(safe_lines(edit.diff), soft_wrap=True)
    if permission.only_to_show:
        return
    _ask(edit, permission)
    edit.write()
    count = len(edit.added)
    text = f"{path}: {count} section{'s' * (count != 1)} added."
    console.print(safe(text), soft_wrap=True)


def _ask(edit: SettingsEdit, permission: Permission) -> None:
    if permission.to_write:
        return
    if not sys.stdin.isatty():
        raise CommandError(
            "nothing was written, for there is nobody to ask. Add --yes, or --dry-run."
        )
    if not typer.confirm(f"Write {safe(str(edit.path))}?", err=True):
        raise CommandError("nothing was written.", ExitCode.FAILED)
