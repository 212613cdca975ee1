"""`login users`: who may sign in, and what for."""

import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, TypeAlias

import typer
from dishka import AsyncContainer

from login.cli.opened_service import Work, actor, migrate, with_service
from login.domain.accounts.password_reset import PasswordReset
from login.domain.accounts.passwords import PasswordHashes, check_new_password
from login.domain.accounts.ports import UserStore
from login.domain.accounts.scopes import as_text, parse_scopes
from login.domain.accounts.user import User
from login.domain.accounts.user_name import UserName
from loopjobs import Clock
from servicekit.cli.mistakes import CommandError
from servicekit.cli.options import SettingsFiles

Name: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="The name of the user.")]
Scopes: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--scope", metavar="SCOPE", help="What the user may do. Repeatable."),
]
FromStdin: TypeAlias = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]

_LONGEST_LINE: Final = 5_000

users = typer.Typer(help="Who may sign in, and what for.", no_args_is_help=True)


@users.command()
def add(
    name: Name,
    scope: Scopes = None,
    password_stdin: FromStdin = False,  # noqa: FBT002 - a flag of the command line
    settings: SettingsFiles = None,
) -> None:
    """Add a user; the password is asked for, and never an argument."""

    async def work(container: AsyncContainer) -> None:
        user_name, scopes = UserName.parse(name), parse_scopes(scope or [])
        password = _read_password(from_stdin=password_stdin)
        check_new_password(password)
        await migrate(container)
        hashes, store, clock = (
            await container.get(PasswordHashes),
            await container.get(UserStore),
            await container.get(Clock),
        )
        hashed = await hashes.hash(password)
        user = await store.add(user_name, hashed, scopes, clock.now(), actor())
        typer.echo(f"added {user.username}, id {user.id}")

    with_service(settings, work)


@users.command("list")
def list_users(settings: SettingsFiles = None) -> None:
    """List all users: id, name, state, scopes."""

    async def work(container: AsyncContainer) -> None:
        await migrate(container)
        now = (await container.get(Clock)).now()
        for user in await (await container.get(UserStore)).all():
            state = "disabled" if user.disabled_at else "locked" if user.is_locked(now) else "ok"
            typer.echo(f"{user.id}\t{user.username}\t{state}\t{as_text(user.scopes)}")

    with_service(settings, work)


@users.command()
def disable(name: Name, settings: SettingsFiles = None) -> None:
    """Let a user sign in no more, and end all sessions of that user."""

    async def change(store: UserStore, clock: Clock) -> User:
        return await store.disable(UserName.parse(name), clock.now(), actor())

    with_service(settings, _changing(change, "disabled"))


@users.command()
def enable(name: Name, settings: SettingsFiles = None) -> None:
    """Let a user sign in again who was disabled, or locked after wrong passwords."""

    async def change(store: UserStore, clock: Clock) -> User:
        return await store.enable(UserName.parse(name), clock.now(), actor())

    with_service(settings, _changing(change, "enabled"))


@users.command()
def set_scopes(name: Name, scope: Scopes = None, settings: SettingsFiles = None) -> None:
    """Replace what a user may do; without --scope: nothing."""

    async def change(store: UserStore, clock: Clock) -> User:
        scopes = parse_scopes(scope or [])
        return await store.set_scopes(UserName.parse(name), scopes, clock.now(), actor())

    with_service(settings, _changing(change, "changed the scopes of"))


@users.command()
def reset_password(name: Name, settings: SettingsFiles = None) -> None:
    """Print a token with which the user can set a new password, once."""

    async def work(container: AsyncContainer) -> None:
        user_name = UserName.parse(name)
        await migrate(container)
        reset, clock = await container.get(PasswordReset), await container.get(Clock)
        typer.echo((await reset.issue(user_name, clock.now(), actor())).text)

    with_service(settings, work)


def _changing(change: Callable[[UserStore, Clock], Awaitable[User]], what: str) -> Work:
    async def work(container: AsyncContainer) -> None:
        await migrate(container)
        user = await change(await container.get(UserStore), await container.get(Clock))
        typer.echo(f"{what} {user.username}")

    return work


def _read_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline(_LONGEST_LINE).rstrip("\r\n")
    if not sys.stdin.isatty():
        raise CommandError("there is nobody to ask for the password; use --password-stdin")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
