"""Hears what a browser complains of: errors, breaches of the policy, dialogs, foreign requests."""

from dataclasses import dataclass

from playwright.async_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, WebError


class Complaints:
    """What was heard, in the words of the browser.

    Args:
        origin: The only place that may be asked for anything.
    """

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self.heard: list[str] = []

    def listen_to(self, context: BrowserContext) -> None:
        """Hear all pages of a context."""
        context.on("console", self._hear_message)
        context.on("weberror", self._hear_error)
        context.on("dialog", self._hear_dialog)
        context.on("request", self._hear_request)

    def forgive(self, words: str) -> None:
        """Take back one complaint that a test has brought about on purpose."""
        (expected,) = [each for each in self.heard if words in each]
        self.heard.remove(expected)

    def _hear_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.heard.append(f"{message.type}: {message.text}")

    def _hear_error(self, error: WebError) -> None:
        self.heard.append(f"uncaught: {error.error}")

    async def _hear_dialog(self, dialog: Dialog) -> None:
        self.heard.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _hear_request(self, request: Request) -> None:
        if not request.url.startswith(f"{self._origin}/"):
            self.heard.append(f"request: {request.url}")


@dataclass(frozen=True)
class Desk:
    """A page, and who hears what it complains of."""

    page: Page
    complaints: Complaints
