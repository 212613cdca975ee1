"""An inventory as JSON."""

from collections.abc import Iterable

from loopjobs.migration import Finding, Inventory


def inventory_document(inventory: Inventory) -> dict[str, object]:
    """Return everything that the inventory tells."""
    return {
        "sources": [
            {"where": old.where, "scheduler": old.kind.value, "jobs": len(old.jobs)}
            for old in inventory.schedulers
        ],
        "remarks": list(inventory.remarks),
        "schedules": [
            {
                "name": move.name,
                "verdict": move.verdict.value,
                "old_job": move.old_identity,
                "old_code": move.old_code,
                "old_schedule": move.old_schedule,
                "where": move.where,
                "settings": dict(move.settings),
                "findings": _findings(move.findings),
            }
            for move in inventory.moves
        ],
        "everywhere": _findings(inventory.everywhere),
        "settings": {name: dict(values) for name, values in inventory.settings.items()},
        "code": inventory.code,
    }


def _findings(findings: Iterable[Finding]) -> list[dict[str, str]]:
    return [
        {"topic": finding.topic.value, "what": finding.what, "link": finding.link}
        for finding in findings
    ]
