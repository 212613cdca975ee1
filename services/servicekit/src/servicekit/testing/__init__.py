"""What tests of both services need: product as much as the rest, and used by nothing that runs."""

from servicekit.testing.token_mint import TokenMint

__all__ = ["TokenMint"]
