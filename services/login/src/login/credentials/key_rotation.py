"""Makes a new signing key, and removes those that have served their time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from login.credentials.key_directory import KeyDirectory
from login.credentials.key_ring import FRESH_FOR
from login.credentials.options import LoginTokenOptions
from login.credentials.signing_keys import SigningKey, choose_signer, spent_keys
from loopjobs import Clock


class KeyState(StrEnum):
    """What a key is there for."""

    WAITS = "waits"
    """It is published, and will sign as soon as verifiers have had time to fetch it."""
    SIGNS = "signs"
    VERIFIES = "verifies"
    """It signs no more, but tokens that it signed may be about."""
    SPENT = "spent"
    """The next rotation removes it."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did."""

    created: SigningKey
    removed: Sequence[SigningKey]


class KeyRotation:
    """Changes the keys in the directory; running services notice within a minute.

    Raises of every verb: `KeyDirectoryError`.

    Args:
        directory: where the keys are.
        options: how long keys and tokens are about.
        clock: the present.
    """

    def __init__(self, directory: KeyDirectory, options: LoginTokenOptions, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._delay = timedelta(seconds=options.activation_delay_in_seconds)
        leeway = timedelta(seconds=options.leeway_in_seconds)
        # A replica that has not read the directory for a moment signs with the old key as long.
        self._retention = options.access_lifetime + leeway + timedelta(seconds=FRESH_FOR)

    def rotate(self) -> Rotation:
        """Make a key that will sign, and remove those no valid token is signed with any more."""
        spent = self._spent(self._directory.read())
        created = self._directory.create(self._clock.now())
        self._directory.remove(spent)
        return Rotation(created, spent)

    def states(self) -> list[tuple[SigningKey, KeyState]]:
        """List all keys, oldest first, and what each is there for."""
        keys = self._directory.read()
        if not keys:
            return []
        spent = {key.key_id for key in self._spent(keys)}
        signer = choose_signer(keys, self._delay, self._clock.now())
        return [(key, _state(key, signer, spent)) for key in keys]

    def _spent(self, keys: Sequence[SigningKey]) -> list[SigningKey]:
        return spent_keys(keys, self._delay, self._retention, self._clock.now())


def _state(key: SigningKey, signer: SigningKey, spent: set[str]) -> KeyState:
    if key.key_id == signer.key_id:
        return KeyState.SIGNS
    if key.key_id in spent:
        return KeyState.SPENT
    return KeyState.WAITS if key.created_at > signer.created_at else KeyState.VERIFIES
