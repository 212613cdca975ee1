"""A stable name for this machine that is not its network card's."""

import contextlib
import hashlib
import hmac
import os
import re
import uuid
from pathlib import Path
from typing import Final

_WELL_FORMED: Final = re.compile(r"[0-9a-f]{32}")
_PURPOSE: Final = b"login.agent"


class NoMachineIdError(Exception):
    """This machine has no identifier, and none could be stored for it."""


def find_machine_id(root: Path = Path("/"), state_folder: Path | None = None) -> str:
    """Return an identifier of this machine: 32 hexadecimal digits, the same at every start.

    It is derived from `/etc/machine-id`; where there is none, from one that is made once and kept
    in the user's state directory.

    Args:
        root: Where `etc` is found.
        state_folder: Where an identifier of our own is kept.

    Raises:
        NoMachineIdError: There is none, and none could be stored.
    """
    own = (state_folder or default_state_folder()) / "machine-id"
    found = _read(root / "etc/machine-id") or _read(own) or _make(own)
    # machine-id(5) asks not to show the identifier itself on a network, only a keyed hash of it.
    return hmac.new(bytes.fromhex(found), _PURPOSE, hashlib.sha256).hexdigest()[:32]


def default_state_folder() -> Path:
    """Return where a program of this user keeps what should outlive it."""
    configured = os.environ.get("XDG_STATE_HOME")
    return (Path(configured) if configured else Path.home() / ".local" / "state") / "login"


def _read(file: Path) -> str | None:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        text = file.read_text().strip().lower()
        # A fresh image says "uninitialized", or nothing.
        return text if _WELL_FORMED.fullmatch(text) else None
    return None


def _make(file: Path) -> str:
    made = uuid.uuid4().hex
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{made}\n")
    except OSError as error:
        raise NoMachineIdError(f"cannot keep an identifier in {file}: {error.strerror}") from error
    return made
