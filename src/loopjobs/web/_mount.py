"""Where the application is mounted, as links and cookies name it."""

from urllib.parse import quote

from starlette.requests import Request


def root_of(request: Request) -> str:
    """Return the prefix of all paths, percent-encoded, without a slash at its end."""
    root = quote(str(request.scope.get("root_path", "")), safe="/", errors="replace").strip("/")
    # One slash before it, whatever was asked for: two would make a host of what follows.
    return f"/{root}" if root else ""


def job_path(request: Request, name: str) -> str:
    """Return the path of the page of a job."""
    return f"{root_of(request)}/job/{quote(name, safe='', errors='replace')}"


def cookie_path(request: Request) -> str:
    """Return the path below which our cookies are sent."""
    return root_of(request) or "/"


def is_encrypted(request: Request) -> bool:
    """Tell whether the visitor came by https, as far as the server knows."""
    return bool(request.scope["scheme"] == "https")


def path_of(request: Request) -> str:
    """Return the path below the root, decoded."""
    path, root = str(request.scope["path"]), str(request.scope.get("root_path", ""))
    return path.removeprefix(root) if path.startswith(f"{root}/") else path
