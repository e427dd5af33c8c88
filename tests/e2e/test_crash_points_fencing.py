"""P7, P8: a worker whose APPEND was done and not answered, and workers that
wake up after their lease has passed on, or are cut off from Redis. Method: a
proxy between worker and Redis, SIGSTOP, and a pause just before an APPEND.

See the table of crash points in docs/reliability.md."""

import unittest

from harness import wait
from harness.crash_case import HALF, PIECES, WHOLE, CrashCase
from harness.model_server import Turn


class Fencing(CrashCase):

    answers = {"one": [Turn(["one ", "two ", "three"], hold_before=1)]}

    def setUp(self):
        super().setUp()
        self.api = self.connect(self.start_gateway())

    def half_said(self):
        run = self.api.run("hold")
        stream = self.open_stream(self.api, run)
        stream.wait_for_text(HALF)
        return run, stream

    def texts_of(self, run, attempt):
        return [fields["text"] for _, fields in
                self.entries(run.conversation_id)
                if fields["attempt"] == str(attempt) and fields["text"]]

    def assert_seen_whole(self, run, stream, attempts, text=WHOLE):
        stream.wait_for_end()
        self.assertIsNone(stream.error)
        self.assert_completed(self.api, run, stream.transcript, text)
        self.assertEqual(
            [attempt for attempt, _ in self.attempts_of(stream.transcript)],
            attempts)
        self.assert_nothing_left_to_do()

    # P7

    def test_p07_an_append_whose_reply_was_lost_is_there_once(self):
        proxy = self.start_proxy(self.redis.address)
        worker = self.start_worker(redis=proxy.address)
        run, stream = self.half_said()
        stored = len(self.entries(run.conversation_id))
        proxy.hold_answers()
        self.model.release()
        wait.until(lambda: len(self.entries(run.conversation_id)) > stored,
                   "an append to be executed")
        proxy.wait_until_held()
        proxy.cut()
        proxy.wait_until_lost()
        self.assert_seen_whole(run, stream, [1])
        self.assertEqual(self.texts_of(run, 1), PIECES)
        self.assertNotIn("passed on", worker.log())

    def test_p07_an_end_whose_reply_was_lost_is_the_only_one(self):
        proxy = self.start_proxy(self.redis.address)
        worker = self.start_worker(redis=proxy.address, lease="--lease=30s",
                                   abort_at="before_end:pause")
        run = self.api.run("hello")
        stream = self.open_stream(self.api, run)
        self.wait_for_pause(worker)
        proxy.wait_until_quiet()
        proxy.hold_answers()
        worker.resume()
        stream.wait_for_end()
        proxy.wait_until_held()
        proxy.cut()
        proxy.wait_until_lost()
        self.assert_seen_whole(run, stream, [1])

    def test_p07_a_worker_that_dies_with_the_reply_repeats_nothing(self):
        # First the attempt's first entry is stored, then "one ".
        dying = self.start_worker(abort_at="after_chunks:2")
        run = self.api.run("one")
        stream = self.open_stream(self.api, run)
        self.wait_for_death(dying)
        self.assertEqual(self.texts_of(run, 1), ["one "])
        self.start_worker()
        self.model.wait_for_calls(2)
        self.model.release()
        self.assert_seen_whole(run, stream, [1, 2], "one two three")

    # P8

    def test_p08_a_paused_worker_is_fenced_and_stops_its_model(self):
        paused = self.start_worker()
        run, stream = self.half_said()
        paused.pause()
        self.start_worker()
        self.wait_for_attempt(self.api, run, 2)
        self.model.wait_for_calls(2)
        paused.resume()
        # Its model still holds its breath: it is the worker that hangs up.
        wait.until(self.model.calls[0].gone.is_set, "the model to be left")
        wait.until(lambda: "outcome=\"passed on\"" in paused.log(),
                   "the attempt to be over")
        self.model.release()
        self.assert_seen_whole(run, stream, [1, 2])
        self.assertEqual(self.texts_of(run, 1), PIECES[:6])

    def test_p08_what_a_paused_workers_model_said_meanwhile_is_not_written(
            self):
        paused = self.start_worker()
        run, stream = self.half_said()
        paused.pause()
        # It lies in the paused worker's socket when it wakes up.
        self.model.calls[0].release()
        self.start_worker()
        self.wait_for_attempt(self.api, run, 2)
        self.model.wait_for_calls(2)
        paused.resume()
        wait.until(lambda: "outcome=\"passed on\"" in paused.log(),
                   "the attempt to be over")
        self.model.release()
        self.assert_seen_whole(run, stream, [1, 2])
        self.assertEqual(self.texts_of(run, 1), PIECES[:6])

    def test_p08_an_append_that_a_pause_held_up_is_refused(self):
        # "one " is in the worker's hand; it is sent when the lease has gone.
        paused = self.start_worker(abort_at="before_chunks:2:pause")
        run = self.api.run("one")
        stream = self.open_stream(self.api, run)
        self.wait_for_pause(paused)
        self.start_worker()
        self.wait_for_attempt(self.api, run, 2)
        stream.wait_for_text("one ")
        paused.resume()
        wait.until(self.model.calls[0].gone.is_set, "the model to be left")
        wait.until(lambda: "outcome=\"passed on\"" in paused.log(),
                   "the attempt to be over")
        self.model.release()
        self.assert_seen_whole(run, stream, [1, 2], "one two three")
        self.assertEqual(self.texts_of(run, 1), [])

    def test_p08_a_fenced_worker_takes_new_work(self):
        paused = self.start_worker()
        run, stream = self.half_said()
        paused.pause()
        other = self.start_worker()
        self.wait_for_attempt(self.api, run, 2)
        paused.resume()
        self.model.release()
        self.assert_seen_whole(run, stream, [1, 2])
        other.terminate()
        self.assertEqual(other.wait_for_exit(), 0)
        again = self.api.run("hello", run.conversation_id)
        self.assert_whole(self.api.read(again), WHOLE)

    def test_p08_a_worker_cut_off_from_redis_stops_by_itself(self):
        proxy = self.start_proxy(self.redis.address)
        cut_off = self.start_worker(redis=proxy.address)
        run, stream = self.half_said()
        proxy.shut()
        # Nobody can tell it that its lease has passed on.
        wait.until(self.model.calls[0].gone.is_set, "the model to be left")
        self.start_worker()
        self.wait_for_attempt(self.api, run, 2)
        self.model.wait_for_calls(2)
        proxy.open()
        wait.until(lambda: "outcome=\"passed on\"" in cut_off.log(),
                   "the attempt to be over")
        self.model.release()
        self.assert_seen_whole(run, stream, [1, 2])
        self.assertEqual(self.texts_of(run, 1), PIECES[:6])


if __name__ == "__main__":
    unittest.main(verbosity=2)
