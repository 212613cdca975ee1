"""Every link of every page leads somewhere."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^( *)(`{3,}|~{3,}).*?^\1\2[ \t]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)


def pages() -> list[Path]:
    """Return all pages of the repository; directories with a dot and `build` are tools' own."""
    found = sorted(ROOT.rglob("*.md"))
    tools = re.compile(rf"/\.|^{ROOT.name}/build/")
    return [page for page in found if not tools.search(str(page.relative_to(ROOT.parent)))]


def prose(page: Path) -> str:
    """Return the page without its code and comments."""
    text = COMMENT.sub("", FENCE.sub("", page.read_text(encoding="utf-8")))
    return CODE.sub("", text)


def anchors(page: Path) -> set[str]:
    """Return the anchors that headings make, the way the common renderers spell them."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    found: dict[str, int] = {}
    for heading in HEADING.findall(text):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found[slug] = found.get(slug, -1) + 1
    return {f"{slug}-{n}" if n else slug for slug, last in found.items() for n in range(last + 1)}


def broken_links(page: Path) -> list[str]:
    """Return the links of a page that lead nowhere in the repository."""
    broken = []
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    return broken


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_resolves(page: Path) -> None:
    """Relative links lead to a file, and anchors to a heading in it."""
    assert broken_links(page) == []


def test_a_broken_link_is_noticed(tmp_path: Path) -> None:
    """The check sees missing files and missing headings, and leaves code alone."""
    page = tmp_path / "page.md"
    page.write_text(
        "# One `two`, three\n\n[ok](page.md#one-two-three) [out](https://example.org/x)\n"
        "[gone](gone.md) [no heading](#four)\n```text\n[code](x.md)\n```\n`[code](y.md)`\n",
        encoding="utf-8",
    )
    assert broken_links(page) == ["gone.md", "#four"]


def test_every_page_of_the_docs_is_in_the_index() -> None:
    """A page that the index does not name is not found."""
    docs = ROOT / "docs"
    index = (docs / "README.md").read_text(encoding="utf-8")
    named = {(docs / link).resolve() for link in LINK.findall(index)}
    assert [page for page in sorted(docs.glob("*/*.md")) if page not in named] == []
