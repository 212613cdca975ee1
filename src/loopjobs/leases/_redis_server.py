"""Whether a server of Redis is fit to keep leases, and what it may forget."""

import logging
import threading
from collections.abc import Iterator, Mapping
from typing import Final

from redis import Redis
from redis.exceptions import NoPermissionError

from loopjobs import LeaseUnavailableError

_log: Final = logging.getLogger("loopjobs.leases")

_OLDEST: Final = 5
"""Before, a script that has asked for the time must not write."""


class RedisServer:
    """One server, looked at with each connection; what is wrong with it is said once.

    Args:
        shown: Its address, as it may be logged.
    """

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self._was_told = False
        self._telling = threading.Lock()

    def check(self, client: Redis) -> None:
        """Look at the server at the other end.

        Raises:
            LeaseUnavailableError: it cannot keep leases.
        """
        try:
            facts = client.info()
        except NoPermissionError:
            client.ping()
            self._tell(["its user may not ask INFO, so nobody knows what it may forget"])
            return
        for why in _refusals(facts):
            raise LeaseUnavailableError(f"{self._shown}: {why}")
        self._tell(list(_risks(facts)))

    def _tell(self, risks: list[str]) -> None:
        with self._telling:
            was_told, self._was_told = self._was_told, True
        if risks and not was_told:
            _log.warning("leases in %s: %s", self._shown, "; ".join(risks))


def _refusals(facts: Mapping[str, object]) -> Iterator[str]:
    version = str(facts.get("redis_version", _OLDEST))
    if int(version.partition(".")[0]) < _OLDEST:
        yield f"is Redis {version}; leases need {_OLDEST} or newer"
    if facts.get("cluster_enabled") == 1:
        yield "is a Redis Cluster; leases need a server that is not one of several"
    if facts.get("role") == "slave":
        yield "is a replica; leases need its primary"


def _risks(facts: Mapping[str, object]) -> Iterator[str]:
    policy = str(facts.get("maxmemory_policy", ""))
    # The others take keys that expire, which leases do not.
    if policy.startswith("allkeys"):
        yield f"maxmemory-policy is {policy}, so it may drop a lease to make room; set noeviction"
    if facts.get("aof_enabled") != 1:
        yield "appendonly is off, so it forgets claims when it restarts; set appendonly yes"
