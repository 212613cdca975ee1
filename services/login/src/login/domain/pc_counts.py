"""What became of PCs by the doing of this process, for whoever measures it."""

from login.domain.pc import Pc, PcStatus


class PcCounts:
    """Counts what has been committed since the process started."""

    def __init__(self) -> None:
        self.restored = 0
        """Removed PCs that came back: heard or registered again, or by an administrator."""
        self.transitions = dict.fromkeys(PcStatus, 0)
        """PCs whose status changed, by the one they have since."""

    def note_change(self, before: Pc, after: Pc) -> None:
        """Note how a PC was, and how it is now."""
        if before.status is not after.status:
            self.note_transitions(after.status)
        if before.deleted_at is not None and after.deleted_at is None:
            self.restored += 1

    def note_transitions(self, to: PcStatus, pcs: int = 1) -> None:
        """Note that so many PCs have another status now."""
        self.transitions[to] += pcs
