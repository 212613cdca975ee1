"""The page in a dependency graph."""

from dishka import Provider, Scope, provide

from loopjobs import Host
from loopjobs.web import JobsApp, SignIn, create_jobs_app
from servicekit.jobs_page.authorization import TokenAuthorization


class JobsPageProvider(Provider):
    """The page of a service; the graph must have a `SignIn` and a `TokenVerifier`.

    Args:
        title: The name of the service.
    """

    scope = Scope.APP

    authorization = provide(TokenAuthorization)

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    @provide
    def page(self, host: Host, authorization: TokenAuthorization, sign_in: SignIn) -> JobsApp:
        """Create the page."""
        return create_jobs_app(
            host, authorization=authorization, sign_in=sign_in, title=self._title
        )
