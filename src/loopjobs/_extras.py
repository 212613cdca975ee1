"""What is said where something that an extra brings is not installed."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager


def what_is_missing(extra: str, *modules: str) -> str | None:
    """Return what is needed and how to get it, or `None` if all modules are there.

    Args:
        extra: The extra that brings them.
        modules: Names of top-level modules; none is imported.
    """
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    return _explained(", ".join(missing), extra) if missing else None


@contextmanager
def brought_by(extra: str, importer: str) -> Iterator[None]:
    """Explain a failed import by the extra that is not installed.

    Args:
        extra: The extra that brings what is imported.
        importer: The name of the package that cannot do without it.

    Raises:
        ModuleNotFoundError: It is not installed; the message says how to install it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "loopjobs":
            raise
        text = f"{importer} {_explained(error.name, extra)}"
        raise ModuleNotFoundError(text, name=error.name, path=error.path) from error


def _explained(missing: str, extra: str) -> str:
    return f"needs {missing}: pip install 'loopjobs[{extra}]'"
