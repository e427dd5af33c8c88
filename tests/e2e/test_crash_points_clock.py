"""P26: the clocks of Redis and of the service step by an hour, back and on,
while an answer comes. Method: a wall clock of the test's own, loaded into both
programs.

See the table of crash points in docs/reliability.md."""

import unittest

import grpc
from google.protobuf import duration_pb2

from harness import wait
from harness.crash_case import HALF, WHOLE, CrashCase
from harness.generated import pb
from harness.shifted_clock import ShiftedClock
from harness.transcript import Transcript, position

HOUR_S = 3600


class Clock(CrashCase):

    def setUp(self):
        self.redis_clock = self._started(ShiftedClock())
        self.clock = self._started(ShiftedClock())
        super().setUp()
        self.api = self.connect(self.start_gateway())

    def start_redis(self, **options):
        return super().start_redis(clock=self.redis_clock, **options)

    def start_worker(self, *flags, **options):
        return self.start("worker", *flags, more=self.clock.variables,
                          **options)

    def half_said(self, api=None):
        api = api or self.api
        # Else the run's time is over when the clock says so.
        run = api.stub.RunAgent(pb.RunAgentRequest(
            agent="TravelPlanner", message="hold",
            options=pb.RunOptions(
                timeout=duration_pb2.Duration(seconds=3 * HOUR_S))))
        stream = self.open_stream(api, run)
        stream.wait_for_text(HALF)
        return run, stream

    def assert_seen_whole(self, run, stream):
        stream.wait_for_end()
        self.assertIsNone(stream.error)
        self.assert_completed(self.api, run, stream.transcript)
        positions = [position(entry_id) for entry_id, _ in
                     self.entries(run.conversation_id)]
        self.assertEqual(positions, sorted(set(positions)))
        # The next run goes on where the ids are, whatever the clock says.
        again = self.api.run("hello", run.conversation_id)
        chunks = self.api.read(again).chunks
        self.assert_whole(Transcript(chunks), WHOLE)
        self.assertGreater(position(chunks[0].cursor), positions[-1])
        self.assert_nothing_left_to_do()

    def test_p26_redis_clock_steps_back_under_a_living_worker(self):
        self.start_worker()
        run, stream = self.half_said()
        self.redis_clock.step_to(-HOUR_S)
        self.model.release()
        self.assert_seen_whole(run, stream)
        self.assertEqual(self.api.get_run(run).attempt, 1)

    def test_p26_redis_clock_steps_back_and_then_the_worker_dies(self):
        first = self.start_worker()
        run, stream = self.half_said()
        lease = f"lease:{run.run_id}"
        before, = self.record(run.conversation_id, lease)
        self.redis_clock.step_to(-HOUR_S)
        # A heartbeat by the new clock, and with it the look at its lease's end.
        wait.until(lambda: self.record(run.conversation_id, lease)[0] < before,
                   "a heartbeat")
        wait.until(lambda: self.store.zscore("agent-due:travelplanner",
                                             run.conversation_id)
                   < int(before), "the next look")
        first.kill()
        self.start_worker()
        self.wait_for_attempt(self.api, run, 2)
        self.model.release()
        self.assert_seen_whole(run, stream)

    def test_p26_redis_clock_steps_on_and_the_run_passes_on(self):
        # The lease is over at once; the first worker lives, and is fenced.
        # Its heartbeats may come before the other's look, and then it goes on.
        first = self.start_worker(lease="--lease=30s")
        run, stream = self.half_said()
        first.pause()
        self.redis_clock.step_to(HOUR_S)
        self.start_worker(lease="--lease=30s")
        self.wait_for_attempt(self.api, run, 2)
        first.resume()
        # Half a minute before it would have noticed by its own clock.
        self.model.calls[0].release()
        wait.until(lambda: 'outcome="passed on"' in first.log(),
                   "the attempt to be over")
        self.model.release()
        self.assert_seen_whole(run, stream)

    def test_p26_a_workers_clock_is_its_own_affair(self):
        self.start_worker()
        run, stream = self.half_said()
        for step in (-HOUR_S, HOUR_S, 0):
            self.clock.step_to(step)
            lease = self.record(run.conversation_id, f"lease:{run.run_id}")
            wait.until(lambda lease=lease: self.record(
                run.conversation_id, f"lease:{run.run_id}") > lease,
                       "a heartbeat")
        self.model.calls[0].release()
        self.assert_seen_whole(run, stream)
        self.assertEqual(self.api.get_run(run).attempt, 1)

    def test_p26_a_drain_ends_in_time_though_the_clock_steps_back(self):
        service = self.start("all", "--drain_timeout=3s",
                             more=self.clock.variables)
        api = self.connect(service)
        _, stream = self.half_said(api)
        health = api.channel.unary_unary("/grpc.health.v1.Health/Check")
        serving = health(b"")
        service.terminate()
        wait.until(lambda: health(b"") != serving, "the drain to begin")
        self.clock.step_to(-HOUR_S)
        stream.wait_for_end()
        self.assertEqual(stream.error.code(), grpc.StatusCode.UNAVAILABLE)
        self.assertEqual(service.wait_for_exit(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
