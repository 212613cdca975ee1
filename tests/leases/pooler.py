"""A pooler of the kind that takes no `options` of a connection."""

import socket
from pathlib import Path
from typing import Final

from chaos.forwarder import Forwarder

_ERROR: Final = b"SFATAL\x00C08P01\x00Munsupported startup parameter: options\x00\x00"


class PoolerWithoutOptions(Forwarder):
    """Hands on to the server all but connections with options."""

    def __init__(self, target: Path) -> None:
        super().__init__(target)
        self.refused = 0

    def opening(self, client: socket.socket) -> bytes | None:
        startup = client.recv(65_536)
        if b"\x00options\x00" not in startup:
            return startup
        self.refused += 1
        client.sendall(b"E" + (len(_ERROR) + 4).to_bytes(4, "big") + _ERROR)
        return None
