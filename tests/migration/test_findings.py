"""Each finding leads to a heading of the documentation."""

import re
from pathlib import Path

from loopjobs.migration import Finding, Topic

ROOT = Path(__file__).parents[2]


def test_every_topic_has_a_heading() -> None:
    """Where the page explains it, and each heading below has its topic."""
    links = [Finding(topic, "").link.split("#") for topic in Topic]
    (page,) = {page for page, _ in links}
    text = (ROOT / page).read_text(encoding="utf-8")
    headings = re.findall(r"^### (.+)$", text, re.MULTILINE)
    assert [anchor for _, anchor in links] == [
        heading.lower().replace(" ", "-") for heading in headings
    ]
