"""From the name of an application to its builder, and on to its host."""

import difflib
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

from loopjobs import BuildError, Host, HostBuilder, redact
from loopjobs.cli._app.modules import import_module, place_of
from loopjobs.cli._app.reference import AppReference, parse_reference
from loopjobs.cli._consoles import spared_output
from loopjobs.cli._mistakes import CommandError

_SETTINGS_FILES: Final = "settings_files"


@dataclass(frozen=True, slots=True)
class AppArguments:
    """What the command line says about the application."""

    app: str | None
    settings_files: Sequence[Path] | None = None


def load_builder(arguments: AppArguments) -> HostBuilder:
    """Import the application and return its builder.

    Raises:
        CommandError: It cannot be found, raises, or is something else.
    """
    reference = parse_reference(arguments.app)
    with spared_output():
        found = _attribute(import_module(reference), reference)
        return _builder_from(found, reference, arguments.settings_files)


def build_host(arguments: AppArguments) -> Host:
    """Import the application and build its host; nothing is started.

    Raises:
        CommandError: As for `load_builder`.
        BuildError: Settings or registrations are wrong.
    """
    builder = load_builder(arguments)
    with spared_output():
        return builder.build()


def _attribute(module: ModuleType, reference: AppReference) -> object:
    names = vars(module)
    if reference.attribute in names:
        found: object = names[reference.attribute]
        return found
    offered = [name for name, value in names.items() if _may_be_meant(name, value, module)]
    near = difflib.get_close_matches(reference.attribute, offered, n=1) or offered[:1]
    hint = f" Did you mean {reference.place}:{near[0]}?" if near else ""
    raise CommandError(f"{reference.place} has no attribute {reference.attribute!r}.{hint}")


def _may_be_meant(name: str, value: object, module: ModuleType) -> bool:
    if isinstance(value, HostBuilder):
        return True
    is_own = inspect.isfunction(value) and value.__module__ == module.__name__
    return is_own and not name.startswith("_")


def _builder_from(
    found: object, reference: AppReference, settings_files: Sequence[Path] | None
) -> HostBuilder:
    if isinstance(found, HostBuilder):
        if settings_files:
            raise _takes_no_files(reference, "it is a builder already, not a function")
        return found
    if not callable(found):
        raise _no_builder(reference, f"is {_a(found)}")
    keywords = _keywords(found, reference, settings_files)
    built = _called(found, keywords, reference)
    if isinstance(built, HostBuilder):
        return built
    if inspect.iscoroutine(built):
        built.close()
        raise _no_builder(reference, "is an async function")
    raise _no_builder(reference, f"returned {_a(built)}")


def _keywords(
    function: Callable[..., object],
    reference: AppReference,
    settings_files: Sequence[Path] | None,
) -> dict[str, Sequence[Path]]:
    try:
        signature = inspect.signature(function)
    except ValueError:
        return {}
    keywords = {_SETTINGS_FILES: settings_files} if settings_files else {}
    if settings_files and _SETTINGS_FILES not in signature.parameters:
        raise _takes_no_files(reference, f"it has no parameter {_SETTINGS_FILES}")
    try:
        signature.bind(**keywords)
    except TypeError as error:
        what = f"{reference} cannot be called without arguments: {error}."
        raise CommandError(f"{what} Give each parameter a default.") from error
    return keywords


def _called(
    function: Callable[..., object],
    keywords: dict[str, Sequence[Path]],
    reference: AppReference,
) -> object:
    try:
        return function(**keywords)
    except BuildError:
        raise
    except (Exception, SystemExit) as error:
        said = f"{type(error).__name__}: {redact(str(error))}"
        raise CommandError(f"{reference} raised {said} ({place_of(error)})") from error


def _takes_no_files(reference: AppReference, why: str) -> CommandError:
    remedy = f"Name a function with a parameter {_SETTINGS_FILES} that hands it to HostBuilder."
    return CommandError(f"{reference} takes no --settings: {why}. {remedy}")


def _no_builder(reference: AppReference, why: str) -> CommandError:
    remedy = "Name a HostBuilder, or a function that takes nothing and returns one."
    return CommandError(f"{reference} {why}, and no HostBuilder. {remedy}")


def _a(value: object) -> str:
    return f"an object of class {type(value).__name__}"
