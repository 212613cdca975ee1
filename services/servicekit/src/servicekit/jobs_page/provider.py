"""The page in a dependency graph."""

from dishka import Provider, Scope, provide

from loopjobs import Host
from loopjobs.history import RunHistory
from loopjobs.web import JobsApp, SignIn, create_jobs_app
from servicekit.jobs_page.authorization import TokenAuthorization


class JobsPageProvider(Provider):
    """The page of a service; the graph must have `SignIn`, `TokenVerifier` and `RunHistory`.

    Args:
        title: The name of the service.
    """

    scope = Scope.APP

    authorization = provide(TokenAuthorization)

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    @provide
    def page(
        self,
        host: Host,
        authorization: TokenAuthorization,
        sign_in: SignIn,
        history: RunHistory,
    ) -> JobsApp:
        """Create the page."""
        return create_jobs_app(
            host,
            authorization=authorization,
            sign_in=sign_in,
            history=history,
            title=self._title,
        )
