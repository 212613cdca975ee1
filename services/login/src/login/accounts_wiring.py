"""Who gets what, for people, services and tokens: a part of the dependency graph."""

from dishka import Provider, Scope, alias, provide

from login.credentials.access_tokens import AccessTokenIssuer
from login.credentials.clients import Clients
from login.credentials.introspection import Introspection
from login.credentials.key_directory import KeyDirectory
from login.credentials.key_ring import KeyRing
from login.credentials.key_rotation import KeyRotation
from login.credentials.options import LoginTokenOptions, PasswordOptions
from login.credentials.password_hashes import Argon2Hashes
from login.domain.accounts.password_reset import PasswordReset
from login.domain.accounts.passwords import PasswordHashes
from login.domain.accounts.ports import ResetStore, SessionStore, UserStore
from login.domain.accounts.sign_in import SignIn
from login.http.accounts.limits import AccountLimits
from login.http.accounts.refreshing import Refreshing
from login.storage.accounts.reset_store import SqlResetStore
from login.storage.accounts.session_store import SqlSessionStore
from login.storage.accounts.user_store import SqlUserStore
from servicekit.database import Database
from servicekit.tokens import KeySource, TokenOptions, TokenVerifier


class TokenProvider(Provider):
    """The keys that sign access tokens, and what stands on them."""

    scope = Scope.APP

    keys = provide(KeyRing)
    key_source = alias(source=KeyRing, provides=KeySource)
    options = alias(source=LoginTokenOptions, provides=TokenOptions)
    rotation = provide(KeyRotation)
    verifier = provide(TokenVerifier)
    issuer = provide(AccessTokenIssuer)
    clients = provide(Clients)
    introspection = provide(Introspection)

    @provide
    def key_directory(self, options: LoginTokenOptions) -> KeyDirectory:
        """Tell where the keys are."""
        return KeyDirectory(options.keys_directory)


class AccountsProvider(Provider):
    """Users, their passwords and their sessions."""

    scope = Scope.APP

    users = provide(SqlUserStore, provides=UserStore)
    resets = provide(SqlResetStore, provides=ResetStore)
    passwords = provide(Argon2Hashes, provides=PasswordHashes)
    limits = provide(AccountLimits)
    refreshing = provide(Refreshing)

    @provide
    def sessions(self, database: Database, options: LoginTokenOptions) -> SessionStore:
        """Keep sessions by the rules of the settings."""
        return SqlSessionStore(database, options.session_rules)

    @provide
    def sign_in(
        self, store: SessionStore, passwords: PasswordHashes, options: PasswordOptions
    ) -> SignIn:
        """Lock accounts by the rules of the settings."""
        return SignIn(store, passwords, options.lockout)

    @provide
    def reset(
        self, store: ResetStore, passwords: PasswordHashes, options: PasswordOptions
    ) -> PasswordReset:
        """Let tokens for new passwords work as long as the settings say."""
        return PasswordReset(store, passwords, options.reset_lifetime)
