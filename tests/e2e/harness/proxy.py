"""A TCP port that leads to another address, until the test says otherwise."""

import contextlib
import socket
import threading
import time

from harness import wait

_PIECE = 4096
# No byte for so long: what was asked has been answered.
_QUIET_S = 0.2


def _dial(target):
    if target.startswith("unix:"):
        far = socket.socket(socket.AF_UNIX)
        far.connect(target.removeprefix("unix://").removeprefix("unix:"))
        return far
    host, port = target.rsplit(":", 1)
    return socket.create_connection((host, int(port)))


class _Link:
    """One connection: the caller's end and the target's."""

    def __init__(self, near, far):
        self.near, self.far = near, far
        self.pumps = 2

    def cut(self):
        for end in (self.near, self.far):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Proxy:
    """`target` is host:port, or unix:PATH.

    What the target answers can be held back, and be lost with its connection;
    connections can be cut, at once or in the middle of an answer, and refused.
    """

    def __init__(self, target):
        self._target = target
        self._links = []
        self._shut = False
        self._held = threading.Condition()
        self._holding = False
        self._budget = None  # answered bytes until the cut
        self._held_bytes = 0  # of answers, now
        self._lost_bytes = 0  # of answers that were held when they were cut
        self.cuts = 0
        self._last_byte = time.monotonic()
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self):
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return  # closed
            self._join(near)

    def _join(self, near):
        try:
            if self._shut:
                raise ConnectionRefusedError
            link = _Link(near, _dial(self._target))
        except OSError:
            near.close()
            return
        with self._held:
            self._links.append(link)
        for source, sink, answers in ((near, link.far, False),
                                      (link.far, near, True)):
            threading.Thread(target=self._pump, daemon=True,
                             args=(link, source, sink, answers)).start()

    def _pump(self, link, source, sink, answers):
        with contextlib.suppress(OSError):
            while True:
                data = source.recv(_PIECE)
                self._last_byte = time.monotonic()
                if not data:
                    break
                if answers:
                    data = self._allowed(link, data)
                sink.sendall(data)
        link.cut()
        with self._held:
            link.pumps -= 1
            if link in self._links:
                self._links.remove(link)
            if link.pumps == 0:
                link.near.close()
                link.far.close()
            self._held.notify_all()

    def _allowed(self, link, data):
        """What of an answer may pass, once it may; the cut comes with it."""
        with self._held:
            self._held_bytes += len(data)
            while self._holding and link in self._links:
                self._held.wait()
            self._held_bytes -= len(data)
            if link not in self._links:
                self._lost_bytes += len(data)
                raise ConnectionResetError
            if self._budget is None:
                return data
            data = data[:self._budget]
            self._budget -= len(data)
            if self._budget > 0:
                return data
            self._budget = None
            self.cuts += 1
        with contextlib.suppress(OSError):
            link.near.sendall(data)
        raise ConnectionResetError

    def wait_until_quiet(self):
        """Nothing is on its way."""
        wait.until(lambda: time.monotonic() - self._last_byte > _QUIET_S,
                   "the proxy to be quiet")

    def hold_answers(self):
        """From now on nothing that the target answers arrives."""
        with self._held:
            self._holding = True

    def wait_until_held(self):
        wait.until(lambda: self._held_bytes > 0, "an answer to be held")

    def wait_until_lost(self):
        """After a cut: the threads that held an answer must hear of it."""
        wait.until(lambda: self._lost_bytes > 0, "an answer to be lost")

    def cut_after(self, answered_bytes):
        """The connection that carries the last of so many is cut there."""
        with self._held:
            self._budget = answered_bytes

    def cut(self):
        """Ends what is open, and with it what is held; new ones may come."""
        with self._held:
            links, self._links = self._links, []
            self._holding = False
            self._held.notify_all()
        for link in links:
            link.cut()

    def shut(self):
        """Cuts, and refuses what comes until `open`."""
        self._shut = True
        self.cut()

    def open(self):
        self._shut = False

    def lead_to(self, target):
        """From now on it leads there; what led elsewhere is cut."""
        self._target = target
        self.cut()

    def close(self):
        self._shut = True
        self._listener.close()
        self.cut()
