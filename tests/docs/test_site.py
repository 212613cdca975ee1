"""What the docs are as a site, short of building it."""

import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"
CONTENTS = (DOCS / "README.md").read_text(encoding="utf-8")
ROOMS = ["Tutorial", "How to", "Reference", "Explanation", "Decisions"]


@pytest.fixture(scope="module")
def build_site() -> ModuleType:
    """The script of `make site`."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(DOCS)
        import build_site  # noqa: PLC0415 - from the directory of the docs

        del sys.modules["build_site"]
        return build_site


@pytest.fixture
def project(build_site: ModuleType) -> Any:  # noqa: ANN401 - whatever the file holds
    """What the generator is told."""
    return tomllib.loads(build_site.configuration(CONTENTS))["project"]


def test_the_rooms_are_those_of_the_table_of_contents(project: Any) -> None:  # noqa: ANN401
    """In its order, with every page in one of them, and none twice."""
    contents, *rooms = project["nav"]
    assert contents == {"Contents": "README.md"}
    assert [title for room in rooms for title in room] == ROOMS
    listed = [page for room in rooms for pages in room.values() for page in pages]
    assert sorted(listed) == sorted(str(page.relative_to(DOCS)) for page in DOCS.glob("*/*.md"))


def test_the_site_asks_for_no_font_of_others(project: Any) -> None:  # noqa: ANN401
    """It is read where no other server is reached."""
    assert project["theme"]["font"] is False


def test_what_is_loaded_from_elsewhere_is_noticed(build_site: ModuleType, tmp_path: Path) -> None:
    """Scripts, styles, pictures and fonts are; links to read on are none."""
    (tmp_path / "page.html").write_text(
        '<a href="https://example.org/">on</a><img src="images/own.png">\n'
        '<script src="https://cdn.example/x.js"></script>\n'
        "<link rel=stylesheet href=//cdn.example/x.css>\n"
    )
    (tmp_path / "style.css").write_text("@font-face { src: url(https://fonts.example/x.woff2) }")
    assert build_site.loaded_from_elsewhere(tmp_path) == [
        "page.html: https://cdn.example/x.js",
        "page.html: //cdn.example/x.css",
        "style.css: https://fonts.example/x.woff2",
    ]


def test_a_dead_link_is_noticed(build_site: ModuleType, tmp_path: Path) -> None:
    """Be it to a page, a directory without one, or a program."""
    (tmp_path / "room/page").mkdir(parents=True)
    (tmp_path / "room/shop.py").touch()
    (tmp_path / "index.html").write_text('<a href="room/page/#part">on</a><a href="room/">no</a>')
    (tmp_path / "room/page/index.html").write_text(
        '<a href="../shop.py">on</a><a href="../till.py">no</a><a href="https://example.org">out</a>'
        '<img src=/room/x.png><a href="#part">here</a>'
    )
    assert build_site.dead_links(tmp_path) == [
        "index.html: room/",
        "room/page/index.html: ../till.py",
        "room/page/index.html: /room/x.png",
    ]
