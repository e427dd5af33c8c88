"""Readers that stop reading cost the service little, and lose nothing.

Method: many readers take one message of a large answer and stop. When the run
has ended, far ahead of them all, the service's memory must not hold the answer
once for each; then they go on, and each must get the whole.
"""

import os
import unittest

from harness import wait
from harness.case import Case
from harness.generated import pb
from harness.model_server import Turn
from harness.processes import resident_kib
from harness.transcript import Transcript

READERS = 16
PIECE = "0123456789abcdef" * 8192  # 128 KiB
PIECES = [PIECE] * 40  # 5 MiB
# What the readers may cost together: far below an answer each (80 MiB).
GROWTH_MAX_KIB = 40 * 1024


def unquarantined():
    """AddressSanitizer keeps freed memory back: to be measured, it must not."""
    options = os.environ.get("ASAN_OPTIONS", "")
    return {"ASAN_OPTIONS": f"{options}:quarantine_size_mb=1".lstrip(":")}


class SlowReaders(Case):

    def setUp(self):
        self.model = self.start_model(
            {"much": [Turn(["first"] + PIECES, hold_before=1)]})
        redis = self.start_redis().address
        self.start_service(redis, role="worker",
                           environment=self.model.environment)
        self.gateway = self.start_service(
            redis, role="gateway", environment=unquarantined())
        self.api = self.connect(self.gateway)
        wait.until(lambda: self.api.stub.ListAgents(
            pb.ListAgentsRequest()).agents, "a worker's agent")

    def open_reader(self, run):
        """A call of which only the beginning is taken."""
        api = self.connect(self.gateway)
        call = api.stream(run.conversation_id, run.cursor, run.run_id)
        seen = Transcript()
        while seen.text != "first":
            for chunk in next(call).chunks:
                seen.add(chunk)
        return call, seen

    def test_many_stopped_readers_cost_little_and_lose_nothing(self):
        run = self.api.run("much")
        readers = [self.open_reader(run) for _ in range(READERS)]
        before = resident_kib(self.gateway.process)
        self.model.release()
        wait.until(lambda: self.api.get_run(run).state == pb.Run.COMPLETED,
                   "the run to end", deadline_s=60)
        grown = resident_kib(self.gateway.process) - before
        self.assertLess(grown, GROWTH_MAX_KIB)
        print(f"{READERS} stopped readers: {grown} KiB")
        for call, seen in readers:
            for batch in call:
                for chunk in batch.chunks:
                    seen.add(chunk)
            self.assert_whole(seen, "first" + "".join(PIECES))


if __name__ == "__main__":
    unittest.main(verbosity=2)
