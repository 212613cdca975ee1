"""What `status` says about the other replicas."""

from collections.abc import Mapping

import pytest

from loopjobs.cli._remote.cluster_words import cluster_words
from loopjobs.cli._remote.shapes import ClusterShape

_UNKNOWN: Mapping[str, object] = {
    "is_reachable": None,
    "heard_ago": None,
    "is_paused": False,
    "holder": None,
    "is_held_here": False,
    "fencing_token": None,
    "lease_left": None,
    "success_age": None,
}
_KNOWN = {**_UNKNOWN, "is_reachable": True, "heard_ago": 2.0}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (_UNKNOWN, "the lease store was not asked yet"),
        ({**_KNOWN, "is_reachable": False}, "the lease store cannot be reached, heard 2 s ago"),
        (_KNOWN, "nobody holds the lease, heard 2 s ago"),
        ({**_KNOWN, "holder": "a:1:b", "is_held_here": True}, "the lease is held there"),
        ({**_KNOWN, "holder": "a:1:\x1b[2J"}, "holds the lease"),
        ({**_KNOWN, "holder": "a:1:b", "lease_left": 9.0}, "a:1:b holds the lease, for 9 s more"),
        ({**_KNOWN, "fencing_token": 7, "is_paused": True}, "token 7, paused on all replicas"),
        ({**_KNOWN, "success_age": 65.0}, "last success on any replica 1 min 5 s ago"),
    ],
)
def test_the_words_say_who_has_the_lease_and_how_old_that_news_is(
    facts: Mapping[str, object], words: str
) -> None:
    """A name is no place for control characters."""
    said = cluster_words(ClusterShape.model_validate(facts))
    assert words in said
    assert "\x1b" not in said
