"""A fleet of simulated PCs, to try and to load a Login service with."""

from login.client.fleet.fleet import Fleet, FleetPlan
from login.client.fleet.identities import LARGEST_FLEET, lab_identities
from login.client.fleet.lanes import http_lanes
from login.client.fleet.life import Chapter, Ending, LifePattern, chapters
from login.client.fleet.metered_transport import MeteredTransport
from login.client.fleet.tally import FleetTally, Latency, PcState

__all__ = [
    "LARGEST_FLEET",
    "Chapter",
    "Ending",
    "Fleet",
    "FleetPlan",
    "FleetTally",
    "Latency",
    "LifePattern",
    "MeteredTransport",
    "PcState",
    "chapters",
    "http_lanes",
    "lab_identities",
]
