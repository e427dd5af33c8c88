"""A call of StreamResponse that is read in the background."""

import threading

import grpc

from harness import wait
from harness.transcript import Transcript


class OpenStream:
    """One call, never resumed: what came, and how it ended."""

    def __init__(self, api, run, cursor="", **fields):
        self.transcript = Transcript()
        self.heartbeats = 0  # batches without a chunk
        self.error = None  # the RpcError that it ended with
        self._call = api.stream(run.conversation_id, cursor or run.cursor,
                                run.run_id, **fields)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            for batch in self._call:
                self.heartbeats += not batch.chunks
                for chunk in batch.chunks:
                    self.transcript.add(chunk)
        except grpc.RpcError as error:
            self.error = error

    @property
    def open(self):
        return self._thread.is_alive()

    @property
    def cursor(self):
        """Of the last chunk that was read."""
        return self.transcript.chunks[-1].cursor

    def wait_for_text(self, text):
        wait.until(lambda: self.transcript.text == text,
                   f"the text {text[:40]!r}")

    def wait_for_end(self, deadline_s=60):
        wait.until(lambda: not self.open, "the stream to end", deadline_s)

    def close(self):
        self._call.cancel()
        self._thread.join()
