"""What a PC proves with that it is itself."""

import hashlib

from login.domain.pc_credential import PcCredential


def test_a_credential_is_long_random_and_recognizable() -> None:
    """256 bits of chance behind a prefix that scanners for leaked secrets can look for."""
    made = {PcCredential.create().secret for _ in range(100)}
    assert len(made) == 100
    assert all(secret.startswith("lpc_") and len(secret) == 47 for secret in made)


def test_only_the_hash_is_kept() -> None:
    """SHA-256: 32 bytes."""
    credential = PcCredential("lpc_x")
    assert credential.hash == hashlib.sha256(b"lpc_x").digest()


def test_a_credential_does_not_show_itself() -> None:
    """Not in a traceback, not in a log line."""
    credential = PcCredential.create()
    assert credential.secret not in f"{credential} {credential!r}"
