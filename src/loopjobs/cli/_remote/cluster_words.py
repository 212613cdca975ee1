"""What is known of the other replicas, in words."""

from loopjobs.cli._remote.shapes import ClusterShape
from loopjobs.cli._text import safe
from loopjobs.wording import ago, span


def cluster_words(cluster: ClusterShape) -> str:
    """Say who has the lease and for how long, and how old that news is."""
    words = [_holder(cluster)]
    if cluster.lease_left is not None:
        words.append(f"for {span(cluster.lease_left)} more")
    if cluster.fencing_token is not None:
        words.append(f"fencing token {cluster.fencing_token}")
    if cluster.is_paused:
        words.append("paused on all replicas")
    if cluster.success_age is not None:
        words.append(f"last success on any replica {ago(cluster.success_age)}")
    if cluster.heard_ago is not None:
        words.append(f"heard {ago(cluster.heard_ago)}")
    return ", ".join(words)


def _holder(cluster: ClusterShape) -> str:
    if cluster.is_reachable is None:
        return "the lease store was not asked yet"
    if not cluster.is_reachable:
        return "the lease store cannot be reached"
    if cluster.is_held_here:
        return "the lease is held there"
    return f"{safe(cluster.holder)} holds the lease" if cluster.holder else "nobody holds the lease"
