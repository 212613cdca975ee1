"""A cluster in which everything can go wrong, and a witness who sees whether it did."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from loopjobs import (
    CancellationToken,
    ClaimAnswer,
    ClaimRequest,
    Granted,
    Lease,
    LeaseEnd,
    LeaseUnavailableError,
    current_run,
)
from loopjobs.testing import FakeClock, MemoryLeases

from .replicas import Replica, Wire

LEASE: Final = 15.0
HOLDER: Final = -1
"""Stands for whichever replica has the lease."""
RATES: Final = (1.0, 0.95, 1.05)
"""How fast the clocks of the replicas run."""
_QUANTUM: Final = 0.5


@dataclass
class _Held:
    lease: Lease
    until: float
    """By the clock of the store."""
    true_end: float
    """By a clock that nobody steps."""


class Witness:
    """Hears every call that reaches the store, and keeps books of its own."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.offset = 0.0
        """How far the clock of the store was stepped."""
        self.stepped_at = -LEASE
        self.has_gone_back = False
        self.held: _Held | None = None
        self.tokens: list[int] = []
        self.slots: dict[int, float] = {}
        """By the token that was granted for it."""
        self.broken: list[str] = []

    def step(self, seconds: float) -> None:
        """Note that the clock of the store was stepped."""
        self.offset += seconds
        self.stepped_at = self._clock.monotonic()
        self.has_gone_back = self.has_gone_back or seconds < 0

    def note_claim(self, request: ClaimRequest, answer: ClaimAnswer) -> None:
        """Check a grant: nobody else may have a lease, by one clock or the other."""
        if not isinstance(answer, Granted):
            return
        now, true_now = self._now(), self._clock.monotonic()
        held = self.held
        if held is not None and held.until > now and held.true_end > true_now:
            self.broken.append(f"{answer.lease} was granted beside {held}")
        if self.tokens and answer.lease.fencing_token <= self.tokens[-1]:
            self.broken.append(f"{answer.lease} has no higher token than {self.tokens[-1]}")
        self.tokens.append(answer.lease.fencing_token)
        if not request.is_by_hand:
            self.slots[answer.lease.fencing_token] = round(now - answer.overdue, 3)
        self._hold(answer.lease)

    def note_renewal(self, kept: Sequence[Lease]) -> None:
        """Check a renewal: what has ended stays ended."""
        for lease in kept:
            held = self.held
            if held is None or held.lease != lease or held.until <= self._now():
                self.broken.append(f"{lease} was renewed after its end")
            else:
                self._hold(lease)

    def note_finish(self, lease: Lease) -> None:
        """Note that a lease was given back."""
        if self.held is not None and self.held.lease == lease:
            self.held = None

    def _hold(self, lease: Lease) -> None:
        true_now = self._clock.monotonic()
        self.held = _Held(lease, self._now() + lease.seconds, true_now + lease.seconds)

    def _now(self) -> float:
        return self._clock.monotonic() + self.offset


@dataclass
class Fault:
    """What happens to the next claim of a replica."""

    kind: str
    """`lost`: its answer; `late`: the claim itself; `frozen`: everybody, before the answer."""
    seconds: float = 0.0


class BadWire(Wire):
    """The way of one replica to the leases, on which messages are lost and late."""

    def __init__(self, leases: MemoryLeases, world: "World") -> None:
        super().__init__(leases)
        self._world = world
        self.fault: Fault | None = None
        self.granted: set[int] = set()
        """The tokens of the leases that were granted over it."""

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Claim, or suffer."""
        self.reach()
        fault, self.fault = self.fault, None
        if fault is not None and fault.kind == "late":
            self._world.later(fault.seconds, lambda: self._claim(request))
            raise LeaseUnavailableError("the claim is on its way")
        answer = self._claim(request)
        if fault is not None and fault.kind == "lost":
            raise LeaseUnavailableError("the answer was lost")
        if fault is not None:
            self._world.stall(fault.seconds, self)
        return answer

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        """Renew."""
        kept = super().renew(leases)
        self._world.witness.note_renewal(kept)
        return kept

    def finish(self, lease: Lease, end: LeaseEnd) -> None:
        """Give back."""
        super().finish(lease, end)
        self._world.witness.note_finish(lease)

    def _claim(self, request: ClaimRequest) -> ClaimAnswer:
        # Not through the wire: what is on its way arrives, though it be cut meanwhile.
        answer = self._world.leases.claim(request)
        self._world.witness.note_claim(request, answer)
        if isinstance(answer, Granted):
            self.granted.add(answer.lease.fencing_token)
            self._world.check_grant(answer.lease)
        return answer


@dataclass(eq=False)
class Node:
    """One replica with a clock of its own, and the bodies that go on in it."""

    world: "World"
    rate: float
    clock: FakeClock = field(default_factory=FakeClock)
    frozen_for: float | None = None
    """Seconds since it was frozen; `None` if it is served."""
    is_behind: bool = False
    """Whether it has not been served since everybody was frozen."""
    bodies: list[int | None] = field(default_factory=list)
    """The tokens of those in progress."""

    def __post_init__(self) -> None:
        """Build the replica."""
        world = self.world
        self.wire = BadWire(world.leases, world)
        self.replica = Replica(
            world.leases, self.clock, self.body, self.wire, LeaseInSeconds=LEASE, **world.options
        )

    async def body(self, ct: CancellationToken) -> None:
        """Work for a while, in small steps."""
        token = current_run().fencing_token
        self.world.note_start(self, token)
        self.bodies.append(token)
        try:
            for _ in range(self.world.steps_of_body):
                await ct.sleep(1.0)
        finally:
            self.bodies.remove(token)

    async def advance(self, seconds: float) -> None:
        """Let time pass for it, or keep it frozen."""
        if self.frozen_for is None:
            await self.clock.advance(seconds * self.rate)
            self.is_behind = False
        else:
            self.frozen_for += seconds

    def thaw(self) -> None:
        """Serve it again; it finds that time has passed."""
        if self.frozen_for is not None:
            self.clock.stall(self.frozen_for * self.rate)
            self.frozen_for, self.is_behind = None, True


class World:
    """Replicas, the store, and what is on its way between them."""

    def __init__(
        self,
        store: Callable[[FakeClock], MemoryLeases] = MemoryLeases,
        interval: float = 10.0,
        steps_of_body: int = 2,
    ) -> None:
        self.clock = FakeClock()
        self.leases = store(self.clock)
        self.witness = Witness(self.clock)
        self.interval = interval
        self.steps_of_body = steps_of_body
        self.options: dict[str, object] = {"IntervalInSeconds": interval}
        self.starts: list[float] = []
        self._started_slots: dict[float, int] = {}
        self._later: list[tuple[float, Callable[[], object]]] = []
        self.nodes = [Node(self, rate) for rate in RATES]
        self.dead: list[Node] = []

    async def advance(self, seconds: float) -> None:
        """Let time pass for all of them, a quantum after the other."""
        target = self.clock.monotonic() + seconds
        while self.clock.monotonic() < target:
            quantum = min(_QUANTUM, target - self.clock.monotonic())
            await self.clock.advance(quantum)
            due = [call for when, call in self._later if when <= self.clock.monotonic()]
            self._later = [each for each in self._later if each[0] > self.clock.monotonic()]
            for call in due:
                call()
            for node in self.nodes:
                await node.advance(quantum)
            self.check_books()

    def stall(self, seconds: float, asker: BadWire) -> None:
        """Freeze everybody at once; whoever waits for an answer is the first to go on."""
        self.clock.stall(seconds)
        for node in self.nodes:
            if node.frozen_for is None:
                node.clock.stall(seconds * node.rate)
                node.is_behind = node.wire is not asker

    def later(self, seconds: float, call: Callable[[], object]) -> None:
        """Deliver a message late."""
        self._later.append((self.clock.monotonic() + seconds, call))

    def step(self, seconds: float) -> None:
        """Step the clock of the store."""
        self.leases.step(seconds)
        self.witness.step(seconds)

    async def crash(self, node: Node) -> None:
        """Let a replica die without a word, and start another one."""
        node.frozen_for, node.wire.is_cut = node.frozen_for or 0.0, True
        self.dead.append(node)
        await self.replace(node)

    async def restart(self, node: Node) -> None:
        """Stop a replica, and start another one."""
        node.thaw()
        await node.replica.host.__aexit__(None, None, None)
        await self.replace(node)

    async def replace(self, node: Node) -> None:
        """Put a new replica in its place."""
        newer = Node(self, node.rate)
        self.nodes[self.nodes.index(node)] = newer
        await newer.replica.host.start()

    async def use_interval(self, seconds: float) -> None:
        """Change the interval of all replicas."""
        self.interval = self.options["IntervalInSeconds"] = seconds
        # A shorter interval takes effect at once: its first slot is now, whatever was before.
        self._started_slots.clear()
        for node in self.nodes:
            node.replica.section["IntervalInSeconds"] = seconds
            await node.replica.host.reload_settings()

    def find(self, index: int) -> Node:
        """Return a replica, or whoever has the lease now; the first one if nobody has."""
        if index != HOLDER:
            return self.nodes[index]
        held = self.witness.held
        token = None if held is None else held.lease.fencing_token
        return next((node for node in self.nodes if token in node.wire.granted), self.nodes[0])

    async def heal(self) -> None:
        """End all faults."""
        for node in self.nodes:
            node.thaw()
            node.wire.is_cut, node.wire.fault = False, None
        self._later.clear()

    def note_start(self, node: Node, token: int | None) -> None:
        """Check a start: alone in its process, and the first of its slot."""
        if node.bodies:
            self.witness.broken.append(f"two runs at once in one process: {token}, {node.bodies}")
        self.starts.append(self.clock.monotonic())
        held = self.witness.held
        is_over = held is not None and held.true_end <= self.clock.monotonic()
        # Frozen between the last look at the clock and the first step: nobody can help that.
        is_avoidable = is_over and not node.is_behind
        if held is not None and token == held.lease.fencing_token and is_avoidable:
            self.witness.broken.append(f"a run was started when its {held} was over")
        slot = self.witness.slots.get(token or 0)
        if slot is None or self.witness.has_gone_back:
            return
        if slot in self._started_slots:
            self.witness.broken.append(f"slot {slot} was started twice")
        self._started_slots[slot] = token or 0

    def check_grant(self, lease: Lease) -> None:
        """Check that whoever had a lease before has ended its run, unless it is frozen."""
        if self.clock.monotonic() - self.witness.stepped_at < LEASE:
            # Until the next renewal nobody knows of a step of the store's clock.
            return
        for node in self.nodes:
            is_served = node.frozen_for is None and not node.is_behind
            if is_served and any(token is not None for token in node.bodies):
                self.witness.broken.append(f"{lease} was granted beside a run of {node.bodies}")

    def check_books(self) -> None:
        """Check the ledgers."""
        for node in self.nodes:
            ledger = node.replica.job.status().ledger
            if ledger.due != ledger.settled + ledger.in_flight:
                self.witness.broken.append(f"{ledger} does not add up")

    async def start_all(self) -> None:
        """Start the replicas."""
        for node in self.nodes:
            await node.replica.host.start()

    async def stop_all(self) -> None:
        """Stop them, the dead ones included, who have nothing to say to the store any more."""
        for node in (*self.nodes, *self.dead):
            node.thaw()
            await node.replica.host.__aexit__(None, None, None)
