"""Why a service could not be asked."""

import ssl

import httpx

from loopjobs.cli._mistakes import CommandError, ExitCode
from loopjobs.cli._remote.mount import Mount
from loopjobs.cli._text import safe


def explained(mount: Mount, error: httpx.TransportError) -> CommandError:
    """Say what keeps the service from answering, and what to look at."""
    return CommandError(f"{mount} {_explanation(error)}", ExitCode.FAILED)


def _explanation(error: httpx.TransportError) -> str:
    if (refusal := _ssl_error_behind(error)) is not None:
        return _about_tls(refusal)
    said = safe(str(error)) or type(error).__name__
    match error:
        case httpx.ConnectTimeout() | httpx.ConnectError():
            return f"cannot be reached: {said}. Does the service run, and listen there?"
        case httpx.TimeoutException():
            return "was reached and does not answer. Is its event loop blocked?"
        case _:
            return f"answers, but not as HTTP should: {said}."


def _about_tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = safe(error.verify_message)
        remedy = "Name the file of its authority in SSL_CERT_FILE, or correct the host name."
        return f"shows a certificate that is not trusted: {why}. {remedy}"
    return f"cannot be spoken to by TLS: {safe(str(error))}. Is it an http:// address?"


def _ssl_error_behind(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return error
        error = error.__cause__ or error.__context__
    return None
