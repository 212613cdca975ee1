"""Importing the module that an application is named by."""

import importlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

from loopjobs import redact
from loopjobs.cli._app.reference import AppReference
from loopjobs.cli._mistakes import CommandError

_IMPORT_MACHINERY = ("<frozen importlib", "importlib")


def import_module(reference: AppReference) -> ModuleType:
    """Import it; the current directory is importable, and so is the one of a file.

    Raises:
        CommandError: There is no such module or file, or it raises.
    """
    file = reference.file
    _make_importable(Path.cwd() if file is None else file.resolve().parent)
    try:
        if file is not None:
            return _import_file(file)
        return importlib.import_module(reference.place)
    except ModuleNotFoundError as error:
        if file is None and _is_part_of(error.name, reference.place):
            raise _no_such_module(reference.place, error.name or "") from error
        raise _raised(reference.place, error) from error
    except CommandError:
        raise
    except (Exception, SystemExit) as error:
        raise _raised(reference.place, error) from error


def place_of(error: BaseException) -> str:
    """Return where the application's own code raised that: the innermost line outside of us."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        if not frame.filename.startswith(("<frozen", importlib.__file__ or "<")):
            return f"{frame.filename}, line {frame.lineno}"
    return "?"


def _make_importable(folder: Path) -> None:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _import_file(file: Path) -> ModuleType:
    if not file.is_file():
        raise CommandError(f"there is no file {str(file)!r} (looked from {Path.cwd()}).")
    # A name that no import statement can clash with.
    name = f"loopjobs app {file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise CommandError(f"{str(file)!r} cannot be imported.")
    module = importlib.util.module_from_spec(spec)
    # Annotations that are texts are looked up there.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _is_part_of(missing: str | None, wanted: str) -> bool:
    return missing is not None and (wanted == missing or wanted.startswith(f"{missing}."))


def _no_such_module(wanted: str, missing: str) -> CommandError:
    what = f"there is no module {wanted!r}"
    if missing != wanted:
        what += f": {missing!r} cannot be found"
    remedy = f"Is it installed, or importable from {Path.cwd()}? A file is named by its path, x.py."
    return CommandError(f"{what}. {remedy}")


def _raised(place: str, error: BaseException) -> CommandError:
    if isinstance(error, SystemExit):
        what = f"{place} ended the process while it was imported ({place_of(error)})"
        return CommandError(f'{what}. Let it run only under if __name__ == "__main__".')
    said = f"{type(error).__name__}: {redact(str(error))}"
    return CommandError(f"{place} cannot be imported: {said} ({place_of(error)})")
