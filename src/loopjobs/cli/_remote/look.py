"""One look at a service: what it answers, how that looks, and what it means to a script."""

from dataclasses import dataclass

from rich.console import RenderableType

from loopjobs import Clock
from loopjobs.cli._mistakes import ExitCode
from loopjobs.cli._remote.answers import take_shape
from loopjobs.cli._remote.pictures import picture_of_job, picture_of_service
from loopjobs.cli._remote.service import Document, Service
from loopjobs.cli._remote.shapes import JobShape, OverviewShape
from loopjobs.health import HealthStatus


@dataclass(frozen=True, slots=True)
class View:
    """What a look has shown."""

    document: Document
    """As the service sent it."""
    picture: RenderableType
    health: HealthStatus

    @property
    def exit_code(self) -> ExitCode:
        """As of a health check: a degraded service is not taken for dead."""
        return ExitCode.FAILED if self.health is HealthStatus.UNHEALTHY else ExitCode.DONE


@dataclass(frozen=True, slots=True)
class Lookout:
    """Looks at all jobs of a service, or at one."""

    service: Service
    job: str | None
    clock: Clock

    async def look(self, width: int) -> View:
        """Ask the service once.

        Raises:
            CommandError: It could not be asked, or says no.
        """
        mount = self.service.mount
        if self.job is None:
            document = await self.service.overview()
            view = take_shape(mount, OverviewShape, document)
            return View(document, picture_of_service(view, width), view.status)
        document = await self.service.job(self.job)
        job = take_shape(mount, JobShape, document)
        return View(document, picture_of_job(job, self.clock.now()), job.health)
