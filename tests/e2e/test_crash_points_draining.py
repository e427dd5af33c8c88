"""P27: SIGTERM; and a rolling restart of all processes. Method: real signals;
leases so long that nobody could take over when they end.

See the table of crash points in docs/reliability.md."""

import concurrent.futures
import itertools
import unittest

import grpc

from harness import wait
from harness.api import Api, reason_of, retry_delay_of
from harness.crash_case import HALF, WHOLE, CrashCase
from harness.generated import pb
from harness.model_server import Turn
from harness.transcript import Transcript

LONG_LEASE = "--lease=60s"
LONG = [f"word {number} " for number in range(30)]


class Draining(CrashCase):

    answers = {"long": [Turn(LONG, hold_before=(5, 10, 15, 20, 25))]}

    def start_all(self, *flags, **options):
        return self.start("all", *flags, lease=LONG_LEASE, **options)

    def half_said(self, api):
        run = api.run("hold")
        stream = self.open_stream(api, run)
        stream.wait_for_text(HALF)
        return run, stream

    def drained(self, service):
        """Asked, and seen to have begun."""
        service.terminate()
        wait.until(lambda: "draining" in service.log(), "the drain to begin")

    def failures_of(self, run):
        return self.record(run.conversation_id, f"failures:{run.run_id}")[0]

    def test_p27_a_drain_hands_its_run_over_and_ends_its_stream(self):
        first = self.start_all("--drain_timeout=1s")
        run, stream = self.half_said(self.connect(first))
        other = self.connect(self.start_all())
        first.terminate()
        stream.wait_for_end()
        self.assertEqual(stream.error.code(), grpc.StatusCode.UNAVAILABLE)
        reason, metadata = reason_of(stream.error)
        self.assertEqual(reason, "DRAINING")
        self.assertEqual(metadata["cursor"], stream.cursor)
        self.assertGreater(retry_delay_of(stream.error), 0)
        self.assertEqual(first.wait_for_exit(), 0)
        # A minute before the lease would have ended.
        self.wait_for_attempt(other, run, 2)
        self.model.release()
        rest = other.chunks(run.conversation_id, metadata["cursor"],
                            run.run_id)
        transcript = Transcript(stream.transcript.chunks + rest)
        self.assert_completed(other, run, transcript)
        self.assertEqual(self.failures_of(run), "0")

    def test_p27_a_draining_service_takes_nothing_new(self):
        first = self.start_all("--drain_timeout=20s")
        api = self.connect(first)
        run, stream = self.half_said(api)
        self.drained(first)
        with self.assert_status(grpc.StatusCode.UNAVAILABLE, "DRAINING"):
            api.run("hello")
        with self.assert_status(grpc.StatusCode.UNAVAILABLE, "DRAINING"):
            api.chunks(run.conversation_id, "0-0")
        # Nor does its worker: what comes now is another process's.
        other = self.start_all()
        sound = self.connect(other)
        runs = [sound.run("hello") for _ in range(5)]
        for new in runs:
            self.assert_whole(sound.read(new), WHOLE)
            self.assertNotIn(new.run_id, first.log())
        # What it has in hand it may finish.
        self.model.release()
        stream.wait_for_end()
        self.assert_completed(sound, run, stream.transcript)
        self.assertEqual(first.wait_for_exit(), 0)
        self.assertEqual(sound.get_run(run).attempt, 1)

    def test_p27_a_drained_worker_is_replaced_under_a_reader_that_stays(self):
        api = self.connect(self.start_gateway())
        first = self.start_worker("--drain_timeout=1s", lease=LONG_LEASE)
        run, stream = self.half_said(api)
        self.start_worker(lease=LONG_LEASE)
        first.terminate()
        self.assertEqual(first.wait_for_exit(), 0)
        self.wait_for_attempt(api, run, 2)
        self.model.wait_for_calls(2)
        self.model.release()
        stream.wait_for_end()
        self.assertIsNone(stream.error)
        self.assert_completed(api, run, stream.transcript)

    def test_p27_a_queued_run_is_not_touched_by_a_drain(self):
        first = self.start_all("--drain_timeout=1s")
        api = self.connect(first)
        run, _ = self.half_said(api)
        queued = api.run("hello", run.conversation_id)
        other = self.connect(self.start_all())
        first.terminate()
        self.assertEqual(first.wait_for_exit(), 0)
        self.assertEqual(other.get_run(queued).state, pb.Run.QUEUED)
        self.wait_for_attempt(other, run, 2)
        self.model.release()
        self.assert_whole(other.read(queued), WHOLE)
        self.assertEqual(other.get_run(queued).attempt, 1)

    # All of them, one after another.

    def read_somewhere(self, run):
        """Reads a run to its end at whichever process answers."""
        transcript, turn = Transcript(), itertools.count()

        def attempt():
            address = self.addresses[next(turn) % len(self.addresses)]
            last = transcript.chunks[-1].cursor if transcript.chunks else ""
            with Api(address) as api:
                try:
                    for batch in api.stream(run.conversation_id,
                                            last or run.cursor, run.run_id):
                        for chunk in batch.chunks:
                            transcript.add(chunk)
                    return True
                except grpc.RpcError as error:
                    self.assertEqual(error.code(),
                                     grpc.StatusCode.UNAVAILABLE)
                    return False
        wait.until(attempt, "the run to end", deadline_s=100)
        return transcript

    def replace(self, index):
        old = self.services[index]
        new = self.start_all("--drain_timeout=1s")
        self.services[index] = new
        self.addresses[index] = new.address
        old.terminate()
        self.assertEqual(old.wait_for_exit(), 0)

    def test_p27_a_rolling_restart_loses_and_doubles_nothing(self):
        self.services = [self.start_all("--drain_timeout=1s")
                         for _ in range(3)]
        self.addresses = [service.address for service in self.services]
        runs = [self.connect(service).run("long")
                for service in self.services for _ in range(3)]
        self.model.wait_for_calls(len(runs))
        with concurrent.futures.ThreadPoolExecutor(len(runs)) as pool:
            reads = [pool.submit(self.read_somewhere, run) for run in runs]
            for index in range(3):
                self.replace(index)
                for call in list(self.model.calls):
                    call.release()
            self.model.release()
            transcripts = [read.result() for read in reads]
        api = self.connect(self.services[0])
        for run, transcript in zip(runs, transcripts):
            self.assert_completed(api, run, transcript, "".join(LONG))
            self.assertEqual(self.failures_of(run), "0")
        # It struck: there was no run that no restart met.
        self.assertTrue(all(len(self.attempts_of(transcript)) > 1
                            for transcript in transcripts))


if __name__ == "__main__":
    unittest.main(verbosity=2)
