"""P25: a cancellation races with the end. And cancelling and deleting from
other processes than the one that executes the run. Method: pauses just before
the end, and many races that are left to chance.

See the table of crash points in docs/reliability.md."""

import concurrent.futures
import unittest

import grpc

from harness import wait
from harness.crash_case import HALF, WHOLE, CrashCase
from harness.generated import pb
from harness.model_server import Turn

RACES = 24
ENDED = (pb.Run.COMPLETED, pb.Run.CANCELLED)


class Cancelling(CrashCase):

    answers = {"one": [Turn(["one ", "two ", "three"], hold_before=1)]}

    def setUp(self):
        super().setUp()
        self.api = self.connect(self.start_gateway())
        # Whoever cancels or deletes is another process again.
        self.other = self.connect(self.start_gateway())

    def half_said(self):
        run = self.api.run("hold")
        stream = self.open_stream(self.api, run)
        stream.wait_for_text(HALF)
        return run, stream

    def assert_cancelled(self, run, stream):
        stream.wait_for_end()
        self.assertIsNone(stream.error)
        self.assertEqual(stream.transcript.end, "cancelled")
        self.assert_one_end(run)
        self.assertEqual(self.api.get_run(run).state, pb.Run.CANCELLED)
        self.assertEqual(self.other.cancel(run), self.other.get_run(run))

    # P25

    def test_p25_an_end_that_is_on_its_way_wins_over_a_later_cancel(self):
        worker = self.start_worker(abort_at="before_end:pause",
                                   lease="--lease=30s")
        run = self.api.run("hello")
        stream = self.open_stream(self.api, run)
        self.wait_for_pause(worker)
        self.assertEqual(self.other.cancel(run).state, pb.Run.RUNNING)
        worker.resume()
        stream.wait_for_end()
        self.assert_completed(self.api, run, stream.transcript)
        # Cancelling what has ended changes nothing.
        found = self.other.get_run(run)
        self.assertEqual(found.state, pb.Run.COMPLETED)
        self.assertEqual(self.other.cancel(run), found)
        self.assert_one_end(run)

    def test_p25_a_cancel_wins_over_a_piece_that_is_on_its_way(self):
        # First the attempt's first entry, then "one ".
        worker = self.start_worker(abort_at="before_chunks:2:pause",
                                   lease="--lease=30s")
        run = self.api.run("one")
        stream = self.open_stream(self.api, run)
        self.wait_for_pause(worker)
        self.assertEqual(self.other.cancel(run).state, pb.Run.RUNNING)
        worker.resume()
        self.assert_cancelled(run, stream)
        self.assertEqual(stream.transcript.text, "")
        self.assertEqual(self.answer_of(self.api, run), "")

    def test_p25_whichever_wins_there_is_one_end(self):
        for _ in range(2):
            self.start_worker()
        runs = [self.api.run("hello") for _ in range(RACES)]
        streams = [self.open_stream(self.api, run) for run in runs]
        with concurrent.futures.ThreadPoolExecutor(RACES) as pool:
            list(pool.map(self.cancel_after_a_few_chunks, runs, streams,
                          range(RACES)))
        for run, stream in zip(runs, streams):
            stream.wait_for_end()
            self.assertIsNone(stream.error)
            # A queued run that is cancelled never enters the log.
            if self.entries(run.conversation_id):
                self.assert_one_end(run)
            found = self.other.get_run(run)
            self.assertIn(found.state, ENDED)
            self.assertEqual(self.other.cancel(run), found)
            if found.state == pb.Run.COMPLETED:
                self.assert_completed(self.api, run, stream.transcript)
        self.assert_nothing_left_to_do()

    def cancel_after_a_few_chunks(self, run, stream, chunks):
        wait.until(lambda: len(stream.transcript.chunks) >= chunks
                   or not stream.open, "a few chunks")
        self.other.cancel(run)

    # Across processes.

    def test_a_cancel_from_another_process_stops_the_model(self):
        self.start_worker(lease="--lease=60s")
        run, stream = self.half_said()
        queued = self.api.run("hello", run.conversation_id)
        self.other.cancel(run)
        # Within a heartbeat, though the model still holds its breath.
        wait.until(self.model.calls[0].gone.is_set, "the model to be left")
        self.assert_cancelled(run, stream)
        self.assert_whole(self.api.read(queued), WHOLE)

    def test_a_run_cancelled_after_its_workers_death_is_ended_by_another(self):
        first = self.start_worker()
        run, stream = self.half_said()
        first.kill()
        self.assertEqual(self.other.cancel(run).state, pb.Run.RUNNING)
        self.start_worker()
        self.assert_cancelled(run, stream)
        # Nobody was asked again.
        self.assertEqual(len(self.model.calls), 1)
        self.assert_nothing_left_to_do()

    def test_a_queued_run_cancelled_from_another_process_never_runs(self):
        self.start_worker()
        run, stream = self.half_said()
        queued = self.api.run("hello", run.conversation_id)
        self.assertEqual(self.other.cancel(queued).state, pb.Run.CANCELLED)
        self.model.release()
        stream.wait_for_end()
        self.assert_whole(stream.transcript, WHOLE)
        # Who reads it is told; the log has nothing of it.
        self.assertEqual(self.api.read(queued).end, "cancelled")
        self.assertNotIn(queued.run_id, [
            fields["run"] for _, fields in self.entries(run.conversation_id)])
        self.assert_nothing_left_to_do()
        self.assertEqual(len(self.model.calls), 1)

    def test_a_conversation_deleted_by_another_process_stops_its_run(self):
        self.start_worker()
        run, stream = self.half_said()
        conversation = run.conversation_id
        with self.assert_status(grpc.StatusCode.FAILED_PRECONDITION,
                                "RUN_ACTIVE"):
            self.other.delete(conversation)
        self.other.delete(conversation, force=True)
        stream.wait_for_end()
        self.assertEqual(stream.error.code(), grpc.StatusCode.NOT_FOUND)
        wait.until(self.model.calls[0].gone.is_set, "the model to be left")
        with self.assert_status(grpc.StatusCode.NOT_FOUND,
                                "CONVERSATION_NOT_FOUND"):
            self.api.conversation(conversation)
        self.assert_nothing_left_to_do()
        self.assertEqual(self.store.keys(f"*agent-stream:{conversation}*"), [])
        # The id is free: nothing of the old conversation shows in the new.
        again = self.other.run("hello", conversation)
        self.assert_completed(self.api, again, self.api.read(again))

    def test_a_conversation_deleted_under_a_paused_worker_stays_deleted(self):
        first = self.start_worker()
        run, stream = self.half_said()
        first.pause()
        self.other.delete(run.conversation_id, force=True)
        stream.wait_for_end()
        self.assertEqual(stream.error.code(), grpc.StatusCode.NOT_FOUND)
        self.model.release()
        first.resume()
        wait.until(lambda: "attempt over" in first.log(), "the old attempt")
        self.start_worker()
        self.assert_nothing_left_to_do()
        self.assertEqual(
            self.store.keys(f"*agent-stream:{run.conversation_id}*"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
