"""Which access tokens are good, and which are not."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from loopjobs.testing import FakeClock
from servicekit.testing import TokenMint
from servicekit.tokens import (
    InvalidTokenError,
    KeysUnavailableError,
    TokenOptions,
    TokenVerifier,
    VerificationKey,
)

LEEWAY: Final = 10
LIFETIME: Final = 600


@pytest.fixture
def verifier(mint: TokenMint, clock: FakeClock) -> TokenVerifier:
    return TokenVerifier(mint, TokenOptions(leeway_in_seconds=LEEWAY), clock)


def claims(clock: FakeClock) -> dict[str, object]:
    now = int(clock.now().timestamp())
    known = {"iss": TokenOptions().issuer, "aud": TokenOptions().audience, "sub": "user:7"}
    return {**known, "jti": "j", "iat": now, "exp": now + LIFETIME, "scope": "pcs:read"}


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


async def refused(verifier: TokenVerifier, token: str, reason: str = "access token") -> None:
    with pytest.raises(InvalidTokenError, match=reason) as refusal:
        await verifier.verify(token)
    assert not token or token not in str(refusal.value)


async def test_a_good_token_names_its_bearer(
    verifier: TokenVerifier, mint: TokenMint, clock: FakeClock
) -> None:
    """Subject, scopes, session, PC and times are read from it."""
    principal = await verifier.verify(mint.issue("user:7", "pcs:read", "pcs:write", sid=3, pc_id=5))
    assert (principal.subject, principal.session_id, principal.pc_id) == ("user:7", 3, 5)
    assert principal.scopes == {"pcs:read", "pcs:write"}
    assert principal.issued_at == clock.now()
    assert principal.expires_at == clock.now() + timedelta(seconds=LIFETIME)
    assert principal.token_id


async def test_a_token_of_a_service_has_no_session(
    verifier: TokenVerifier, mint: TokenMint
) -> None:
    """Session and PC are what only a person has."""
    principal = await verifier.verify(mint.issue("client:x"))
    assert (principal.session_id, principal.pc_id, principal.scopes) == (None, None, frozenset())


async def test_a_token_does_not_choose_how_it_is_verified(
    verifier: TokenVerifier, mint: TokenMint, clock: FakeClock
) -> None:
    """Neither `none`, nor the public key taken for a shared secret, nor another kind of key."""
    key = await mint.find("test-key")
    assert key is not None
    for secret in (
        key.public.public_bytes(Encoding.Raw, PublicFormat.Raw),
        key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    ):
        signed = f"{part({'alg': 'HS256', 'kid': 'test-key'})}.{part(claims(clock))}"
        digest = hmac.digest(secret, signed.encode(), hashlib.sha256)
        await refused(verifier, f"{signed}.{base64.urlsafe_b64encode(digest).decode()}")
    for algorithm in ("none", "None", "NONE", ""):
        head = part({"alg": algorithm, "kid": "test-key"})
        await refused(verifier, f"{head}.{part(claims(clock))}.")
    curve = ec.generate_private_key(ec.SECP256R1())
    await refused(verifier, jwt.encode(claims(clock), curve, "ES256", {"kid": "test-key"}))


async def test_a_signature_of_another_key_is_refused(
    verifier: TokenVerifier, mint: TokenMint, clock: FakeClock
) -> None:
    """The name of the key is no proof."""
    stranger = Ed25519PrivateKey.generate()
    await refused(verifier, jwt.encode(claims(clock), stranger, "EdDSA", {"kid": "test-key"}))
    head, _, signature = mint.issue("user:7").split(".")
    await refused(verifier, f"{head}.{part(claims(clock))}.{signature}")


async def test_a_key_nobody_knows_is_refused(verifier: TokenVerifier, clock: FakeClock) -> None:
    """An unknown name, no name, and a name that is no text."""
    key = Ed25519PrivateKey.generate()
    unknown = jwt.encode(claims(clock), key, "EdDSA", {"kid": "unknown"})
    await refused(verifier, unknown, "unknown key")
    await refused(verifier, jwt.encode(claims(clock), key, "EdDSA"), "name its key")
    for name in (7, None, ["test-key"]):
        await refused(verifier, f"{part({'alg': 'EdDSA', 'kid': name})}.{part(claims(clock))}.AA")


async def test_time_decides_with_leeway(
    verifier: TokenVerifier, mint: TokenMint, clock: FakeClock
) -> None:
    """A token is good until its expiry plus the leeway, and from its issue less the leeway."""
    token = mint.issue("user:7")
    await clock.advance(LIFETIME + LEEWAY - 0.5)
    assert (await verifier.verify(token)).subject == "user:7"
    await clock.advance(0.5)
    await refused(verifier, token, "expired")
    now = int(clock.now().timestamp())
    assert (await verifier.verify(mint.issue("user:7", iat=now + LEEWAY))).subject == "user:7"
    await refused(verifier, mint.issue("user:7", iat=now + LEEWAY + 1), "not valid yet")


async def test_the_last_instant_there_is_is_an_instant(
    verifier: TokenVerifier, mint: TokenMint
) -> None:
    """A token that never expires is good, and one that expires beyond all time is none."""
    last = await verifier.verify(mint.issue("user:7", exp=253_402_300_799))
    assert last.expires_at.year == 9999
    await refused(verifier, mint.issue("user:7", exp=10**300))
    await refused(verifier, mint.issue("user:7", exp=float("nan")))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("aud", "others"),
        ("aud", ["others"]),
        ("aud", None),
        ("iss", "others"),
        ("sub", 7),
        ("jti", 7),
        ("scope", ["pcs:read"]),
        ("scope", None),
        ("exp", "tomorrow"),
        ("exp", True),
        ("iat", None),
        ("sid", "3"),
        ("sid", True),
        ("sid", 1.5),
        ("pc_id", "5"),
    ],
)
async def test_a_claim_that_is_not_as_agreed_is_refused(
    name: str, value: object, verifier: TokenVerifier, mint: TokenMint
) -> None:
    """Another audience or issuer, or another type than the claim has."""
    await refused(verifier, mint.issue("user:7", **{name: value}))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "jti", "iat", "exp", "scope"])
async def test_no_claim_may_be_missing(name: str, clock: FakeClock) -> None:
    """What is not said is not assumed."""
    key = Ed25519PrivateKey.generate()
    content = claims(clock)
    del content[name]
    verifier = TokenVerifier(_OneKey(key), TokenOptions(), clock)
    await refused(verifier, jwt.encode(content, key, "EdDSA", {"kid": "k"}), "not valid here")


@pytest.mark.parametrize("token", ["", ".", "..", "a.b", "a.b.c", "\ud800.a.b", "é.é.é", "lrt_abc"])
async def test_what_is_no_token_is_refused(token: str, verifier: TokenVerifier) -> None:
    """Whatever text comes, the answer is the same."""
    await refused(verifier, token, "no access token")


async def test_a_hostile_head_is_refused(verifier: TokenVerifier) -> None:
    """Nesting without end, and a claim of extensions nobody understands."""
    deep = base64.urlsafe_b64encode(b'{"kid":' + b"[" * 2_900).decode().rstrip("=")
    await refused(verifier, f"{deep}.e30.AA")
    await refused(verifier, f"{part({'alg': 'EdDSA', 'kid': 'test-key', 'crit': ['x']})}.e30.AA")


async def test_a_token_that_is_too_long_is_not_looked_at(clock: FakeClock) -> None:
    """Its key is not even asked for."""
    verifier = TokenVerifier(_AwayKeys(), TokenOptions(), clock)
    await refused(verifier, "a" * 4_097, "too long")
    with pytest.raises(KeysUnavailableError):
        await verifier.verify(f"{part({'alg': 'EdDSA', 'kid': 'k'})}.e30.AA")


@given(token=st.text(max_size=200))
async def test_no_text_is_a_crash(token: str) -> None:
    """Any text at all is refused in the same way."""
    clock = FakeClock()
    with pytest.raises(InvalidTokenError):
        await TokenVerifier(TokenMint(clock), TokenOptions(), clock).verify(token)


class _OneKey:
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    async def find(self, key_id: str) -> VerificationKey | None:
        return VerificationKey(key_id, self._key.public_key())


class _AwayKeys:
    async def find(self, key_id: str) -> VerificationKey | None:
        raise KeysUnavailableError("away")
