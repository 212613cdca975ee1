"""Writes sections into a settings file: whole, or not at all."""

import difflib
import json
import os
import secrets
import stat
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loopjobs import plain_json
from loopjobs.migration._errors import MigrationError
from loopjobs.migration._settings_text import Sections, add_sections

_BOM: Final = "\ufeff"
_ANYBODY_MAY_WRITE: Final = 0o222


@dataclass(frozen=True, slots=True)
class SettingsEdit:
    """What would be written into a file; nothing is, until `write` is called."""

    path: Path
    before: str | None
    """`None` if there is no such file yet."""
    after: str
    added: Sequence[str]
    kept: Sequence[str]
    """Sections that are there: they are not touched."""

    @property
    def diff(self) -> str:
        """The change, as `diff -u` shows it; line ends are not shown."""
        before, after = (self.before or "").splitlines(), self.after.splitlines()
        name = str(self.path)
        return "\n".join(difflib.unified_diff(before, after, name, name, lineterm=""))

    def write(self) -> None:
        """Replace the file by one with the sections in it; a symbolic link stays one.

        Raises:
            MigrationError: It cannot be written, or somebody has changed it meanwhile.
        """
        target = Path(os.path.realpath(self.path))
        _check_permission(self.path)
        if _text_of(self.path) != self.before:
            raise MigrationError(
                f"{self.path}: was changed by somebody else meanwhile, so nothing was written. "
                "Run the command again."
            )
        try:
            _replace(target, self.after.encode())
        except OSError as error:
            raise MigrationError(
                f"{self.path}: cannot be written: {error.strerror}. It is as it was."
            ) from None


def plan_edit(path: Path, sections: Sections) -> SettingsEdit:
    """Read a settings file, and say what it would be with these sections.

    Raises:
        MigrationError: It is there, and cannot be read, or is not to be written.
    """
    _check_permission(path)
    before = _text_of(path)
    text = before or ""
    mark = _BOM if text.startswith(_BOM) else ""
    added = add_sections(text.removeprefix(_BOM), sections, str(path))
    after = f"{mark}{added.text}"
    json.loads(plain_json(added.text or "{}"))
    return SettingsEdit(path, before, after, added.added, added.kept)


def _text_of(path: Path) -> str | None:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise MigrationError(f"{path}: cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise MigrationError(f"{path}: is not UTF-8. Save it as UTF-8.") from None


def _check_permission(path: Path) -> None:
    """Refuse a file that is read-only: to replace it, its directory alone would be asked."""
    try:
        is_locked = not path.stat().st_mode & _ANYBODY_MAY_WRITE or not os.access(path, os.W_OK)
    except OSError:
        return
    if is_locked:
        raise MigrationError(
            f"{path}: is read-only, so it is left alone. Make it writable, or let --write name a "
            "copy."
        )


def _replace(target: Path, content: bytes) -> None:
    """Put a finished file into the place of the old one, with its permissions and its owner."""
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        # One that is new may be read like any other: the service may run as somebody else.
        with unfinished.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            _look_like(unfinished, target.stat())
        unfinished.replace(target)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def _look_like(path: Path, old: os.stat_result) -> None:
    if sys.platform != "win32":
        with suppress(PermissionError):
            # Others' files stay theirs, for whoever may give files away.
            os.chown(path, old.st_uid, old.st_gid)
    path.chmod(stat.S_IMODE(old.st_mode))
