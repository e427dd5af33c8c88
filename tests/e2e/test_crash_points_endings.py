"""P9, P10: a worker dies after an end, before or after the conversation was
taken from `agent-due`; and a run that is in no index any more is put back by
whoever meets it. Method: abort points; a power loss that takes the end; the
removal from the index by hand.

See the table of crash points in docs/reliability.md."""

import unittest

from harness import wait
from harness.append_only_file import AppendOnlyFile, entry
from harness.crash_case import AGENT, HALF, WHOLE, CrashCase
from harness.transcript import Transcript, number

# A lease that ended so long ago was missed by the sweep.
STALE_S = 6


class Endings(CrashCase):

    def setUp(self):
        super().setUp()
        self.api = self.connect(self.start_gateway())

    # P9

    def assert_cleared_and_usable(self, run, transcript):
        self.start_worker()
        self.assert_nothing_left_to_do()
        self.assert_completed(self.api, run, transcript)
        self.assertEqual(self.api.get_run(run).attempt, 1)
        again = self.api.run("hello", run.conversation_id)
        self.assert_whole(self.api.read(again), WHOLE)

    def test_p09_an_end_whose_worker_dies_before_it_settles_is_the_only_one(
            self):
        dying = self.start_worker(abort_at="before_settle")
        run = self.api.run("hello")
        transcript = self.api.read(run)
        self.wait_for_death(dying)
        self.assertEqual(self.due(), [run.conversation_id])
        self.assert_cleared_and_usable(run, transcript)

    def test_p09_so_is_one_whose_worker_dies_before_the_removal(self):
        dying = self.start_worker(abort_at="before_removal")
        run = self.api.run("hello")
        transcript = self.api.read(run)
        self.wait_for_death(dying)
        self.assertEqual(self.due(), [run.conversation_id])
        self.assert_cleared_and_usable(run, transcript)

    # P10

    def test_p10_an_end_that_redis_lost_after_the_removal_is_told_again(self):
        # It lives through the restart, and looks through the records then.
        other = self.start_worker()
        other.pause()
        # The worker dies between the removal and its second look.
        dying = self.start_worker(abort_at="after_removal")
        run = self.api.run("hello")
        seen = self.api.read(run).chunks
        self.wait_for_death(dying)
        self.assertEqual(self.due(), [])
        other.resume()
        self.lose_the_end(run, seen[-1])
        self.wait_for_attempt(self.api, run, 2)
        self.assert_completed(self.api, run, self.api.read(run))
        # The end that was seen was taken back: whoever goes on at it, or at
        # the chunk before it, is told of the attempt that ended the run.
        for last in (-1, -2):
            rest = self.api.chunks(run.conversation_id, seen[last].cursor,
                                   run.run_id)
            self.assertTrue(rest[0].HasField("attempt_started"))
            self.assertEqual(rest[-1].WhichOneof("content"), "completed")
            self.assertEqual(Transcript(seen[:-1] + rest).text, WHOLE)

    def lose_the_end(self, run, end):
        """Redis loses the end, and not the removal, which came later."""
        self.redis.kill()
        file = AppendOnlyFile(self.redis.socket.parent / "appendonlydir")
        file.cut(file.before(entry(run.conversation_id, number(end.cursor))))
        file.add("ZREM", f"agent-due:{AGENT}", run.conversation_id)
        self.redis.start()

    def forgotten_run(self, key=""):
        """A run whose worker is dead, and which no index holds; the worker
        that lives has had its look at all records before."""
        first = self.start_worker()
        run = self.api.run("hold", request_id=key)
        stream = self.open_stream(self.api, run)
        stream.wait_for_text(HALF)
        stream.close()
        proxy = self.start_proxy(self.redis.address)
        other = self.start_worker(redis=proxy.address)
        proxy.wait_until_quiet()
        first.kill()
        self.assertEqual(self.due(), [run.conversation_id])
        self.store.zrem(f"agent-due:{AGENT}", run.conversation_id)
        self.model.release()
        return run, other

    def wait_until_stale(self, run):
        lease_ms = int(self.record(run.conversation_id,
                                   f"lease:{run.run_id}")[0])
        wait.until(lambda: self.store.time()[0] > lease_ms / 1000 + STALE_S,
                   "the lease to be long over")

    def assert_taken_over(self, run):
        transcript = self.api.read(run)
        self.assert_completed(self.api, run, transcript)
        self.assertEqual(self.attempts_of(transcript), [(1, ""), (2, "")])
        self.assert_nothing_left_to_do()

    def test_p10_a_reader_that_meets_a_stale_run_puts_it_back(self):
        run, _ = self.forgotten_run()
        self.wait_until_stale(run)
        # The sweep has passed it over meanwhile.
        self.assertEqual((self.due(), self.api.get_run(run).attempt), ([], 1))
        self.assert_taken_over(run)

    def test_p10_so_does_the_reader_that_was_there_all_the_time(self):
        # It looks at what it waits for now and then.
        run, _ = self.forgotten_run()
        stream = self.open_stream(self.api, run)
        stream.wait_for_text(HALF)
        stream.wait_for_end()
        self.assertIsNone(stream.error)
        self.assert_whole(stream.transcript, WHOLE)
        self.assert_taken_over(run)

    def test_p10_a_repeated_request_puts_its_run_back(self):
        run, _ = self.forgotten_run("key")
        again = self.api.run("hold", request_id="key")
        self.assertEqual(again, run)
        self.assert_taken_over(run)

    def test_p10_another_request_puts_the_run_before_it_back(self):
        run, _ = self.forgotten_run()
        second = self.api.run("hello", run.conversation_id)
        self.assert_whole(self.api.read(second), WHOLE)
        self.assert_taken_over(run)

    def test_p10_a_worker_that_starts_finds_the_rest(self):
        run, other = self.forgotten_run()
        other.terminate()
        self.assertEqual(other.wait_for_exit(), 0)
        self.assertEqual(self.due(), [])
        self.start_worker()
        wait.until(lambda: self.api.get_run(run).attempt == 2,
                   "the second attempt")
        self.assert_taken_over(run)


if __name__ == "__main__":
    unittest.main(verbosity=2)
