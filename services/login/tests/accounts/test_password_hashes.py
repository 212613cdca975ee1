"""How passwords are kept."""

import asyncio
import threading

import pytest
from argon2 import PasswordHasher, extract_parameters
from pydantic import ValidationError

from login.credentials.options import PasswordOptions
from login.credentials.password_hashes import Argon2Hashes
from login.domain.accounts.errors import BadPasswordError
from login.domain.accounts.passwords import check_new_password

from .people import PASSWORD


@pytest.fixture
def hashes() -> Argon2Hashes:
    return Argon2Hashes(PasswordOptions())


async def test_a_hash_is_argon2id_with_what_owasp_recommends(hashes: Argon2Hashes) -> None:
    """At least 19 MiB and two passes, and each with its own salt."""
    first, second = await hashes.hash(PASSWORD), await hashes.hash(PASSWORD)
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert len(first) < 255


async def test_only_the_password_fits(hashes: Argon2Hashes) -> None:
    """To the letter, up to the longest there may be."""
    longest = "x" * 1_024
    known = await hashes.hash(longest)
    assert await hashes.verify(longest, known)
    assert not await hashes.verify(longest + "x", known)
    assert not await hashes.verify(longest[:-1], known)
    assert not await hashes.verify("", known)


@pytest.mark.parametrize("parallelism", [1, 3])
async def test_hashes_of_any_parallelism_are_verified(parallelism: int) -> None:
    """Whoever made them, with whatever settings."""
    hashes = Argon2Hashes(PasswordOptions(parallelism=parallelism))
    known = PasswordHasher(time_cost=1, memory_cost=1_024, parallelism=parallelism).hash(PASSWORD)
    assert await hashes.verify(PASSWORD, known)
    assert not await hashes.verify(PASSWORD + "x", known)
    assert await hashes.verify(PASSWORD, await hashes.hash(PASSWORD))


async def test_nobody_has_a_password_that_takes_as_long(hashes: Argon2Hashes) -> None:
    """Without a hash one is verified that has the same parameters, and none fits."""
    assert not await hashes.verify(PASSWORD, None)
    known = await hashes.hash(PASSWORD)
    assert extract_parameters(hashes._nobodys) == extract_parameters(known)


@pytest.mark.parametrize("broken", ["", "x", "$argon2id$v=19$m=1$x$y", "$2b$12$abc"])
async def test_a_hash_that_is_none_fits_nobody(
    broken: str, hashes: Argon2Hashes, caplog: pytest.LogCaptureFixture
) -> None:
    """A damaged row locks its owner out, and is no failure of the service."""
    assert not await hashes.verify(PASSWORD, broken)
    assert "$" not in caplog.text


async def test_other_parameters_are_outdated(hashes: Argon2Hashes) -> None:
    """Stronger or weaker: a hash is to be as the settings say."""
    stronger = Argon2Hashes(PasswordOptions(iterations=3))
    known = await hashes.hash(PASSWORD)
    assert (hashes.is_outdated(known), stronger.is_outdated(known)) == (False, True)
    assert await stronger.verify(PASSWORD, known)


async def test_only_so_many_are_made_at_once() -> None:
    """The others wait, so that a flood of sign-ins does not take all memory."""
    hashes = Argon2Hashes(PasswordOptions(concurrent_hashes=2))
    at_work = _AtWork()
    hashes._hasher = at_work  # type: ignore[assignment] # it counts
    await asyncio.gather(*(hashes.hash(PASSWORD) for _ in range(10)))
    assert at_work.most == 2


class _AtWork:
    """Counts how many threads are inside at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pair = threading.Barrier(2)
        self._now = self.most = 0

    def hash(self, _: bytes) -> str:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self._pair.wait(timeout=30)
        with self._lock:
            self._now -= 1
        return ""


@pytest.mark.parametrize("password", ["x" * 12, "\u00e9" * 6, "x" * 1_024, "\u00e9" * 512])
def test_bytes_count(password: str) -> None:
    """From 12 to 1,024 of them."""
    check_new_password(password)


@pytest.mark.parametrize("password", ["", "x" * 11, "x" * 1_025, "\u00e9" * 513, "\ud800" * 12])
def test_what_nobody_should_choose_is_refused(password: str) -> None:
    """Without an echo."""
    with pytest.raises(BadPasswordError) as refused:
        check_new_password(password)
    assert not password or password not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "weak",
    [
        {"MemoryInKibibytes": 19_455},
        {"Iterations": 1},
        {"Parallelism": 0},
        {"ConcurrentHashes": 0},
        {"FailuresBeforeLock": 2},
        {"LockInMinutes": 0},
        {"ResetLifetimeInMinutes": 0},
    ],
)
def test_settings_that_are_too_weak_are_refused(weak: dict[str, float]) -> None:
    """What OWASP recommends is the least."""
    with pytest.raises(ValidationError):
        PasswordOptions.model_validate(weak)
