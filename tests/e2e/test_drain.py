"""SIGTERM: nothing new is taken, runs are handed over, the exit is 0."""

import unittest

import grpc

from harness import wait
from harness.api import Api, read_through_faults
from harness.case import Case
from harness.model_server import Turn
from harness.transcript import Transcript

PIECES = [f"piece {number} " for number in range(8)]


class Drain(Case):

    def setUp(self):
        self.model = self.start_model({
            "hold": [Turn(PIECES, hold_before=4)],
            "hello": [Turn(PIECES)]})
        self.redis = self.start_redis().address

    def start(self, *flags):
        return self.start_service(self.redis, *flags,
                                  environment=self.model.environment)

    def half_read(self, service):
        api = self.connect(service)
        run = api.run("hold")
        call = api.stream(run.conversation_id, run.cursor, run.run_id)
        seen = Transcript()
        while seen.text != "".join(PIECES[:4]):
            for chunk in next(call).chunks:
                seen.add(chunk)
        return run, call, seen

    def test_an_idle_service_ends_at_once_with_0(self):
        service = self.start()
        service.terminate()
        self.assertEqual(service.wait_for_exit(5), 0)

    def test_a_run_that_ends_in_time_is_finished_here(self):
        service = self.start("--drain_timeout=20s")
        run, call, seen = self.half_read(service)
        service.terminate()
        self.model.release()
        self.assertEqual(service.wait_for_exit(), 0)
        other = self.start()
        del call
        read_through_faults(lambda: Api(other.address), run, seen)
        self.assert_whole(seen, "".join(PIECES))
        self.assertEqual({chunk.attempt for chunk in seen.chunks}, {1})

    def test_a_run_that_does_not_is_handed_over(self):
        first = self.start("--drain_timeout=1s", "--lease=60s")
        run, call, seen = self.half_read(first)
        second = self.start("--lease=60s")
        first.terminate()
        with self.assert_status(grpc.StatusCode.UNAVAILABLE, "DRAINING"):
            for batch in call:
                for chunk in batch.chunks:
                    seen.add(chunk)
        self.assertEqual(first.wait_for_exit(), 0)
        # Taken over long before the lease would have ended.
        api = self.connect(second)
        wait.until(lambda: api.get_run(run).attempt == 2, "a second attempt",
                   deadline_s=10)
        self.model.release()
        read_through_faults(lambda: Api(second.address), run, seen)
        self.assert_whole(seen, "".join(PIECES))


if __name__ == "__main__":
    unittest.main(verbosity=2)
