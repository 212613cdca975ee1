"""What the command proves its right with."""

import os
from pathlib import Path

from loopjobs.cli._mistakes import CommandError
from loopjobs.cli._parameters import TOKEN_VARIABLE


def read_token(file: Path | None) -> str | None:
    """Return the access token: of the file, else of the environment; `None` if there is none.

    Raises:
        CommandError: It cannot be read, or is none. What was read is not told.
    """
    if file is None:
        where, token = f"the variable {TOKEN_VARIABLE}", os.environ.get(TOKEN_VARIABLE, "").strip()
        if not token:
            return None
    else:
        where, token = f"the file {file}", _read(file)
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise CommandError(f"what {where} holds is no access token.")
    return token


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CommandError(f"cannot read the token in {file}: {error.strerror}.") from error
    except UnicodeDecodeError:
        # Without the cause, which shows what was read.
        raise CommandError(f"cannot read the token in {file}: it is not text.") from None
