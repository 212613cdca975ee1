"""Keys as files: made, read, rotated, and refused when they are not what they should be."""

import asyncio
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from login.credentials.key_directory import KeyDirectory, KeyDirectoryError
from login.credentials.key_ring import KeyRing
from login.credentials.key_rotation import KeyRotation, KeyState
from login.credentials.options import LoginTokenOptions
from login.credentials.signing_keys import SigningKey, choose_signer, spent_keys, thumbprint
from loopjobs import StartError
from loopjobs.testing import FakeClock

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DELAY = timedelta(seconds=600)
NAME = "20261124T120000.000000Z-abcdefgh.pem"


@pytest.fixture
def directory(tmp_path: Path) -> KeyDirectory:
    return KeyDirectory(tmp_path / "var" / "keys")


@pytest.fixture
def ring(directory: KeyDirectory, clock: FakeClock) -> KeyRing:
    return KeyRing(directory, LoginTokenOptions(), clock)


@pytest.fixture
def rotation(directory: KeyDirectory, clock: FakeClock) -> KeyRotation:
    return KeyRotation(directory, LoginTokenOptions(), clock)


def names(keys: list[SigningKey]) -> list[str]:
    return [key.key_id for key in keys]


def test_a_name_is_the_thumbprint_of_the_key() -> None:
    """RFC 8037, appendix A.3."""
    x = urlsafe_b64decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    public = Ed25519PublicKey.from_public_bytes(x)
    assert thumbprint(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_key_is_a_file_that_only_its_owner_reads(directory: KeyDirectory) -> None:
    """Named by its instant and the beginning of its name; no draft is left."""
    key = directory.create(NOON)
    (file,) = directory.path.iterdir()
    assert file.name == f"20261124T120000.000000Z-{key.key_id[:8]}.pem"
    assert (file.stat().st_mode & 0o777, directory.path.stat().st_mode & 0o777) == (0o600, 0o700)
    assert file.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    assert (names(directory.read()), directory.read()[0].created_at) == ([key.key_id], NOON)


def test_keys_come_in_order_of_their_instants(directory: KeyDirectory) -> None:
    """Oldest first, however they were made."""
    made = {hour: directory.create(NOON + timedelta(hours=hour)).key_id for hour in (2, 0, 1)}
    assert names(directory.read()) == [made[0], made[1], made[2]]


def test_no_key_shows_itself() -> None:
    """Neither as text nor as a representation."""
    key = SigningKey(NOON, Ed25519PrivateKey.generate())
    assert "rivate" not in f"{key} {key!r}"


def test_processes_that_start_at_once_make_one_key(directory: KeyDirectory) -> None:
    """All of them find the same."""
    with ThreadPoolExecutor(8) as threads:
        rings = list(threads.map(lambda _: directory.read_or_create(NOON), range(8)))
    assert len({tuple(names(ring)) for ring in rings}) == 1
    assert len(directory.read()) == 1


def _pem(
    key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey,
    encryption: KeySerializationEncryption | None = None,
) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


@pytest.mark.parametrize(
    ("name", "content", "what_to_do"),
    [
        ("notes.txt", b"", "Move it to another directory"),
        ("20261124T120000Z-abcdefgh.pem", b"", "Move it to another directory"),
        ("20261324T120000.000000Z-abcdefgh.pem", b"", "Move it to another directory"),
        (NAME, b"", "Restore it from a backup"),
        (NAME, b"-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----", "Restore it"),
        (NAME, b"\x00" * 20_000, "Restore it"),
        (NAME, _pem(ec.generate_private_key(ec.SECP256R1())), "holds no Ed25519 private key"),
        (
            NAME,
            _pem(Ed25519PrivateKey.generate(), BestAvailableEncryption(b"hunter2")),
            "holds no Ed25519 private key",
        ),
    ],
)
async def test_a_file_that_is_no_key_of_ours_stops_the_start(
    name: str, content: bytes, what_to_do: str, directory: KeyDirectory, ring: KeyRing
) -> None:
    """The message names the file and what to do, and shows nothing of it."""
    directory.create(NOON)
    (directory.path / name).touch(0o600)
    (directory.path / name).write_bytes(content)
    with pytest.raises(StartError, match=what_to_do) as refused:
        await ring.start()
    assert str(directory.path / name) in str(refused.value)
    assert "hunter2" not in str(refused.value)


async def test_a_key_that_everybody_reads_stops_the_start(
    directory: KeyDirectory, ring: KeyRing
) -> None:
    """It may have been copied; the message says how to close it."""
    file = directory.file_of(directory.create(NOON))
    file.chmod(0o604)
    with pytest.raises(StartError, match=f"chmod 600 '{file}'"):
        await ring.start()


async def test_a_place_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    """A file where the directory should be; the message says which option names it."""
    (tmp_path / "keys").touch()
    directory = KeyDirectory(tmp_path / "keys")
    ring = KeyRing(directory, LoginTokenOptions(), FakeClock())
    with pytest.raises(StartError, match="set Tokens:KeysDirectory"):
        await ring.start()
    with pytest.raises(KeyDirectoryError, match="set Tokens:KeysDirectory"):
        directory.create(NOON)


async def test_hidden_files_are_nobodys_business(directory: KeyDirectory, ring: KeyRing) -> None:
    """Mounted secrets and version control leave such behind."""
    directory.create(NOON)
    (directory.path / ".gitkeep").touch()
    (directory.path / "..data").mkdir()
    await ring.start()
    await ring.stop()
    assert len(await ring.all()) == 1


async def test_the_first_start_makes_a_key_that_signs_at_once(
    ring: KeyRing, directory: KeyDirectory
) -> None:
    """There is none to wait for."""
    await ring.start()
    signer = await ring.signer()
    assert names(directory.read()) == [signer.key_id]
    assert await ring.find(signer.key_id) == signer.verification
    assert await ring.find("another") is None


async def test_a_new_key_is_published_first_and_signs_later(
    ring: KeyRing, rotation: KeyRotation, clock: FakeClock
) -> None:
    """The directory is read again after a minute; ten minutes after its creation the key signs."""
    await ring.start()
    old = await ring.signer()
    await clock.advance(1)
    new = rotation.rotate().created
    await clock.advance(58)
    assert await ring.find(new.key_id) is None
    await clock.advance(1)
    assert await ring.find(new.key_id) == new.verification
    await clock.advance(540)
    assert (await ring.signer()).key_id == old.key_id
    await clock.advance(1)
    assert (await ring.signer()).key_id == new.key_id
    assert await ring.find(old.key_id) == old.verification


async def test_a_directory_that_gets_lost_changes_nothing(
    ring: KeyRing, directory: KeyDirectory, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """People sign in as before, and the log says what is wrong, once a minute."""
    await ring.start()
    signer = await ring.signer()
    (directory.path / "notes.txt").touch()
    await clock.advance(60)
    for _ in range(3):
        assert (await ring.signer()).key_id == signer.key_id
    lines = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(lines) == 1
    assert "notes.txt is no signing key" in lines[0]


async def test_many_callers_read_the_directory_once(clock: FakeClock, tmp_path: Path) -> None:
    """At the start, and each minute again."""
    directory = _CountingDirectory(tmp_path / "keys")
    ring = KeyRing(directory, LoginTokenOptions(), clock)
    for count in (1, 2):
        await asyncio.gather(*(ring.signer() for _ in range(20)))
        assert directory.reads == count
        await clock.advance(60)


class _CountingDirectory(KeyDirectory):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.reads = 0

    def read_or_create(self, now: datetime) -> list[SigningKey]:
        self.reads += 1
        return super().read_or_create(now)


async def test_a_rotation_removes_what_no_token_needs(
    rotation: KeyRotation, directory: KeyDirectory, clock: FakeClock
) -> None:
    """Once a token of the old key can no longer be good: delay, lifetime, leeway, a minute."""
    old = directory.create(clock.now())
    await clock.advance(1)
    new = rotation.rotate().created
    until_spent = 600 + 600 + 10 + 60
    await clock.advance(until_spent - 1)
    assert [state for _, state in rotation.states()] == [KeyState.VERIFIES, KeyState.SIGNS]
    await clock.advance(1)
    assert [state for _, state in rotation.states()] == [KeyState.SPENT, KeyState.SIGNS]
    done = rotation.rotate()
    assert names(list(done.removed)) == [old.key_id]
    assert names(directory.read()) == [new.key_id, done.created.key_id]
    assert [state for _, state in rotation.states()] == [KeyState.SIGNS, KeyState.WAITS]


def test_without_keys_there_is_nothing_to_list(rotation: KeyRotation) -> None:
    """Looking makes none."""
    assert rotation.states() == []


def test_a_key_that_is_gone_already_is_no_error(directory: KeyDirectory) -> None:
    """Two rotations at once may remove the same."""
    key = directory.create(NOON)
    for _ in range(2):
        directory.remove([key])
    assert directory.read() == []


@given(
    ages=st.lists(st.integers(-100, 5_000), min_size=1, max_size=6),
    retention=st.integers(0, 2_000),
)
def test_the_signer_is_never_spent_and_changes_only_to_newer_keys(
    ages: list[int], retention: int
) -> None:
    """As time passes keys follow each other, and none is removed that signed within retention."""
    key = Ed25519PrivateKey.generate()
    keys = [SigningKey(NOON - timedelta(seconds=age), key) for age in sorted(ages, reverse=True)]
    kept = timedelta(seconds=retention)
    signers = []
    for second in range(0, 3_000, 300):
        now = NOON + timedelta(seconds=second)
        signers.append(choose_signer(keys, DELAY, now))
        recent = [at for at in range(0, second + 1, 300) if timedelta(seconds=second - at) < kept]
        spent = spent_keys(keys, DELAY, kept, now)
        assert all(gone is not signers[at // 300] for at in recent for gone in spent)
        assert all(gone is not signers[-1] for gone in spent)
    assert [each.created_at for each in signers] == sorted(each.created_at for each in signers)
