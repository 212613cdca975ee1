"""Access tokens that the service under test believes in."""

from dishka import Provider, Scope

from loopjobs import Clock
from servicekit.testing import TokenMint
from servicekit.tokens import KeySource, TokenOptions, TokenVerifier


def trust(mint: TokenMint, clock: Clock) -> Provider:
    """Return the provider that makes a service accept the tokens of this mint, and no others."""
    provider = Provider(scope=Scope.APP)
    provider.provide(lambda: mint, provides=KeySource)
    verifier = TokenVerifier(mint, TokenOptions(), clock)
    provider.provide(lambda: verifier, provides=TokenVerifier)
    return provider
