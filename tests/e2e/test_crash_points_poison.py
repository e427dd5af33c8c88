"""P24: a run kills its worker every time. Method: an abort point that strikes
only one conversation, in every worker; each that dies is replaced, as a
supervisor does.

See the table of crash points in docs/reliability.md."""

import unittest

from harness import wait
from harness.crash_case import AGENT, PIECES, CrashCase
from harness.generated import pb

ATTEMPTS = 5


class Poison(CrashCase):

    def setUp(self):
        super().setUp()
        self.api = self.connect(self.start_gateway())
        self.workers = []
        self.deaths = 0

    def start_workers(self, count, place):
        self.place = place
        self.workers = [self.start_worker(abort_at=f"{place}@poison")
                        for _ in range(count)]

    def replace_the_dead(self):
        for index, worker in enumerate(self.workers):
            if worker.was_killed():
                self.deaths += 1
                self.workers[index] = self.start_worker(
                    abort_at=f"{self.place}@poison")

    def run_poison_to_its_end(self, others, message="hello"):
        """With a healthy run beside each of its attempts."""
        run = self.api.run(message, "poison")

        def over():
            before = self.deaths
            self.replace_the_dead()
            if self.deaths > before:
                others.append(self.api.run("hello"))
            # All died of it, or it was put off for another's last chance.
            found = self.api.get_run(run)
            if self.deaths == ATTEMPTS or found.attempt > ATTEMPTS:
                self.model.release()
            return found.state == pb.Run.FAILED
        wait.until(over, "the poison to be over", deadline_s=120)
        self.replace_the_dead()
        return run

    def assert_failed(self, run, text):
        transcript = self.api.read(run)
        self.assertEqual(transcript.text, text)
        self.assertEqual(transcript.end, "failed")
        self.assertEqual(transcript.chunks[-1].failed.reason,
                         "ATTEMPTS_EXHAUSTED")
        self.assert_one_end(run)
        found = self.api.get_run(run)
        self.assertEqual(found.state, pb.Run.FAILED)
        self.assertEqual(found.failure.reason, "ATTEMPTS_EXHAUSTED")
        self.assertEqual(self.deaths, ATTEMPTS)
        self.assertEqual(self.record("poison", f"failures:{run.run_id}"),
                         [str(ATTEMPTS)])

    def assert_dead_letter(self, run):
        letters = [fields for _, fields in
                   self.store.xrange(f"agent-dead:{AGENT}")]
        self.assertEqual([(letter["conversation"], letter["run"],
                           letter["failures"]) for letter in letters],
                         [("poison", run.run_id, str(ATTEMPTS))])

    def assert_unharmed(self, others):
        for other in others:
            self.assert_completed(self.api, other, self.api.read(other))

    def test_p24_poison_ends_after_its_attempts_and_harms_no_other_run(self):
        # One worker: a run that lasts dies with it, again and again, and is
        # begun again together with the poison.
        self.start_workers(1, "before_chunks")
        long_run = self.api.run("hold")
        self.model.wait_for_calls(1)
        others = []
        run = self.run_poison_to_its_end(others)
        self.assert_failed(run, "")
        self.assert_dead_letter(run)
        self.assert_unharmed([long_run, *others])
        # The conversation goes on with its next run, where nothing kills.
        for worker in self.workers:
            worker.kill()
        self.start_worker()
        after = self.api.run("hello", "poison")
        self.assert_completed(self.api, after, self.api.read(after))
        self.assert_nothing_left_to_do()

    def test_p24_poison_that_speaks_before_it_kills_ends_too(self):
        # The first entry and a piece are stored, and then the worker dies.
        self.start_workers(2, "after_chunks:2")
        others = []
        run = self.run_poison_to_its_end(others, "hold")
        # Of five beginnings the last one stands.
        self.assert_failed(run, PIECES[0])
        self.assert_dead_letter(run)
        self.assert_unharmed(others)


if __name__ == "__main__":
    unittest.main(verbosity=2)
