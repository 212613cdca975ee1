"""What a machine is to leases that never leave it: a clock since its boot, and the boot itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loopjobs import Clock

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_MOUNTS: Final = Path("/proc/self/mountinfo")

_OF_A_NETWORK: Final = frozenset({
    "afs", "ceph", "cifs", "fuse.glusterfs", "fuse.sshfs", "lustre", "nfs", "nfs4", "smb3", "smbfs",
})  # fmt: skip
"""File systems on which a lock of one machine may not be seen by another."""


@dataclass(frozen=True, slots=True)
class Machine:
    """All processes of it see one clock, which counts on while it is suspended.

    Args:
        clock: Its `monotonic` begins with the boot, and is one for all processes.
        boot: Names the time since the last boot; empty where the system has no name for it.
    """

    clock: Clock
    boot: str

    @classmethod
    def of_this_process(cls, clock: Clock) -> "Machine":
        """Return the machine that this process runs on."""
        return cls(clock, _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else "")


def network_of(folder: Path) -> str | None:
    """Return the network file system that a folder is on; `None` if it is on none we know of."""
    if not _MOUNTS.exists():
        return None
    return file_system(folder.resolve(), _MOUNTS.read_text(), _OF_A_NETWORK)


def file_system(folder: Path, mounts: str, wanted: frozenset[str]) -> str | None:
    """Return the file system a folder is on if it is a wanted one; of two mounts the later counts.

    Args:
        folder: An absolute path.
        mounts: As in `/proc/self/mountinfo`.
        wanted: Types of file systems.
    """
    found, depth = "", -1
    for line in mounts.splitlines():
        mount, _, source = line.partition(" - ")
        point = Path(mount.split()[4].encode().decode("unicode_escape"))
        if folder.is_relative_to(point) and len(point.parts) >= depth:
            found, depth = source.split()[0], len(point.parts)
    return found if found in wanted else None
