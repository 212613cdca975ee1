"""Builds the site out of the pages of the docs: `make site`.

The pages stay as they are, for they are read in the repository as well; `README.md` is the table of
contents there, and gives the site its rooms here.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import unquote, urlsplit

DOCS: Final = Path(__file__).parent
WORKSHOP: Final = DOCS.parent / "build" / "site"
PAGES: Final = WORKSHOP / "docs"
SITE: Final = WORKSHOP / "html"

_ROOM: Final = re.compile(r"^## (.+)$", re.MULTILINE)
_PAGE: Final = re.compile(r"\]\(([^)#:]+\.md)\)")
_IMPORTED: Final = re.compile(r"(?:url\(|@import\s+)[\"']?([^\"')\s]+)")

_Value: TypeAlias = "str | bool | Sequence[_Value] | Mapping[str, _Value]"

_LIGHT: Final[_Value] = {
    "media": "(prefers-color-scheme: light)",
    "scheme": "default",
    "toggle": {"icon": "lucide/sun", "name": "Switch to dark"},
}
_DARK: Final[_Value] = {
    "media": "(prefers-color-scheme: dark)",
    "scheme": "slate",
    "toggle": {"icon": "lucide/moon", "name": "Switch to light"},
}


def rooms(contents: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each room of the table of contents with its pages, in order."""
    _, *parts = _ROOM.split(contents)
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        yield title, list(dict.fromkeys(_PAGE.findall(text)))


def configuration(contents: str) -> str:
    """Return what the generator is told; titles are those of the pages."""
    navigation: list[_Value] = [{"Contents": "README.md"}]
    navigation += [{title: pages} for title, pages in rooms(contents)]
    project: _Value = {
        "site_name": "loopjobs",
        "site_description": "Periodic background jobs inside a service.",
        "docs_dir": PAGES.name,
        "site_dir": SITE.name,
        "nav": navigation,
        "extra_css": ["site.css"],
        "theme": {
            # Fonts of the reader's own: the site asks nobody else for anything.
            "font": False,
            "palette": [_LIGHT, _DARK],
            "features": [
                *("navigation.tabs", "navigation.tabs.sticky", "navigation.top"),
                *("navigation.footer", "content.code.copy", "search.highlight", "toc.follow"),
            ],
        },
    }
    return f"project = {_toml(project)}\n"


def _toml(value: _Value) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case Mapping():
            return "{" + ", ".join(f"{_toml(k)} = {_toml(v)}" for k, v in value.items()) + "}"
        case _:
            return "[" + ", ".join(map(_toml, value)) + "]"


def lay_out() -> Path:
    """Copy the pages to where they are built, and return the file that says how."""
    shutil.rmtree(WORKSHOP, ignore_errors=True)
    shutil.copytree(DOCS, PAGES, ignore=_not_for_readers)
    file = WORKSHOP / "zensical.toml"
    file.write_text(configuration((DOCS / "README.md").read_text("utf-8")), encoding="utf-8")
    return file


def _not_for_readers(folder: str, names: list[str]) -> set[str]:
    """Return what writes the docs; programs that pages show are in folders of rooms."""
    own = {"reference_pages", *(name for name in names if name.endswith(".py"))}
    return {"__pycache__"} | (own if Path(folder) == DOCS else set())


class _References(HTMLParser):
    """The addresses in a page, with the tags they stand in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of what a tag leads to or loads."""
        self.found += [(tag, value) for name, value in attrs if value and name in {"href", "src"}]


def _references(site: Path) -> Iterator[tuple[Path, str, str]]:
    for page in sorted(site.rglob("*.html")):
        for tag, address in _References(page.read_text(encoding="utf-8")).found:
            yield page, tag, address


def dead_links(site: Path) -> list[str]:
    """Return links that lead to no file of the site, as file and link.

    The generator looks at links to pages, and not at those to programs and pictures.
    """
    found = []
    for page, _, address in _references(site):
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not parts.path:
            continue
        path = unquote(parts.path)
        target = (site if path.startswith("/") else page.parent) / path.lstrip("/")
        if not (target / "index.html" if target.is_dir() else target).is_file():
            found.append(f"{page.relative_to(site)}: {address}")
    return found


def loaded_from_elsewhere(site: Path) -> list[str]:
    """Return what a browser would fetch from other servers, as file and address."""
    loaded = [(page, address) for page, tag, address in _references(site) if tag != "a"]
    for sheet in sorted(site.rglob("*.css")):
        loaded += [(sheet, each) for each in _IMPORTED.findall(sheet.read_text(encoding="utf-8"))]
    return [f"{file.relative_to(site)}: {each}" for file, each in loaded if urlsplit(each).netloc]


def main(generator: str) -> int:
    """Build the site by the generator that is installed somewhere; a warning is a failure."""
    command = [generator, "build", "--strict", "--clean", "--config-file", str(lay_out())]
    built = subprocess.run(command, check=False).returncode  # noqa: S603 - by the Makefile
    if built != 0:
        return built
    faults = {
        "dead links": dead_links(SITE),
        "loaded from elsewhere": loaded_from_elsewhere(SITE),
    }
    for what, places in faults.items():
        if places:
            print(f"{what}:", *places, sep="\n  ", file=sys.stderr)
    if any(faults.values()):
        return 1
    print(f"{SITE / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
