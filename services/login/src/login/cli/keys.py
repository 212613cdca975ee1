"""`login keys`: the keys that sign access tokens."""

import typer
from dishka import AsyncContainer

from login.cli.opened_service import with_service
from servicekit.cli.options import SettingsFiles

keys = typer.Typer(help="The keys that sign access tokens.", no_args_is_help=True)


@keys.command()
def rotate(settings: SettingsFiles = None) -> None:
    """Make a new key, and remove those that no valid token is signed with any more.

    Running services publish the new key within a minute, and sign with it after
    Tokens:ActivationDelayInSeconds.
    """

    async def work(container: AsyncContainer) -> None:
        # Here, so that an agent on a small PC does not load cryptography.
        from login.credentials.key_rotation import KeyRotation  # noqa: PLC0415

        done = (await container.get(KeyRotation)).rotate()
        typer.echo(f"created {done.created.key_id}")
        for key in done.removed:
            typer.echo(f"removed {key.key_id}")

    with_service(settings, work)


@keys.command("list")
def list_keys(settings: SettingsFiles = None) -> None:
    """List the keys, oldest first: name, instant of creation, state."""

    async def work(container: AsyncContainer) -> None:
        from login.credentials.key_rotation import KeyRotation  # noqa: PLC0415 - as above

        for key, state in (await container.get(KeyRotation)).states():
            typer.echo(f"{key.key_id}\t{key.created_at:%Y-%m-%d %H:%M:%SZ}\t{state}")

    with_service(settings, work)
