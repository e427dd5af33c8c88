"""P14, P15: power fails, and the end of the append-only file is lost: after a
whole script, or in the middle of one. Method: kill -9, cut the file at a
command that is looked for in it, start again.

See the table of crash points in docs/reliability.md."""

import unittest

import grpc

from harness import wait
from harness.api import read_through_faults
from harness.append_only_file import admission, entry
from harness.generated import pb
from harness.model_server import Turn
from harness.redis_fault_case import (HALF, PIECES, REST, SHORT_LEASE,
                                      RedisFaultCase)
from harness.redis_server import RedisServer
from harness.transcript import number

NOTICED = "Redis run_id changed"
ASKED = "asked Redis to rewrite its append-only file"
ALARM = "the append-only file could not be rewritten"


class PowerLoss(RedisFaultCase):

    # Says three pieces, and three more, each by appends of their own.
    answers = {"hold": [Turn(PIECES, hold_before=(3, 6))]}
    # The number of the last entry of the first three: `attempt` has 1.
    KEPT = 4

    def read_half(self, api, message="hold", **fields):
        run = api.run(message, **fields)
        stream = self.open_stream(api, run)
        stream.wait_for_text("".join(PIECES[:3]))
        self.model.calls[-1].release()
        stream.wait_for_text(HALF)
        return run, stream

    def assert_whole_in_the_end(self, transcript):
        """All of it, though an attempt began among what had been seen."""
        self.assertEqual(transcript.problems(lost_tails=True), [])
        self.assertEqual(transcript.text, "".join(PIECES))

    def wait_for_line(self, service, line, count=1):
        wait.until(lambda: service.log().count(line) >= count, repr(line))

    # P14

    def test_p14_a_living_worker_writes_the_lost_tail_again(self):
        service = self.start_all()
        api = self.connect(service)
        run, stream = self.read_half(api)
        ahead = stream.cursor
        self.redis.lose_power(
            lambda file: file.after(entry(run.conversation_id, self.KEPT)))
        late = self.open_stream(api, run, ahead)
        self.model.release()
        self.assert_stream_is_whole(stream, attempts=[1])
        late.wait_for_end()
        self.assertIsNone(late.error)
        self.assertEqual(late.transcript.text, "".join(REST))
        self.assertIn("the store lost its tail", service.log())
        self.assert_completed(api, run, stream.transcript)
        self.assert_log_is_dense(run)
        self.assertEqual(len(self.model.calls), 1)

    def lose_power_and_the_worker(self, where):
        """What a reader has in the end who was ahead of what was left."""
        service = self.start_all(lease=SHORT_LEASE)
        run, stream = self.read_half(self.connect(service))
        service.kill()
        self.redis.lose_power(lambda file: where(file, run))
        service.restart_after_kill()
        self.model.release()
        whole = read_through_faults(
            lambda: self.connect_to(service.address), run, stream.transcript)
        self.assert_whole_in_the_end(whole)
        self.assert_completed_and_dense(self.connect(service), run)
        return [attempt for attempt, _ in self.attempts_of(whole)]

    def assert_completed_and_dense(self, api, run):
        self.assert_completed(api, run, api.read(run))
        self.assert_log_is_dense(run)

    def test_p14_with_its_worker_dead_another_attempt_goes_on(self):
        attempts = self.lose_power_and_the_worker(
            lambda file, run: file.after(
                entry(run.conversation_id, self.KEPT)))
        self.assertEqual(attempts, [1, 2])

    def test_p14_a_lost_beginning_is_made_again_with_the_same_number(self):
        attempts = self.lose_power_and_the_worker(
            lambda file, run: file.after(
                admission(run.conversation_id, run.run_id)))
        self.assertEqual(attempts, [1, 1])

    def test_p14_a_lost_acceptance_is_accepted_again(self):
        api = self.connect(self.start_all())
        run, stream = self.read_half(api, request_id="key")
        self.redis.lose_power(lambda file: file.before(
            admission(run.conversation_id, run.run_id)))
        stream.wait_for_end()
        self.assert_failed(stream.error, grpc.StatusCode.DATA_LOSS,
                           "STATE_LOST")
        with self.assert_status(grpc.StatusCode.NOT_FOUND,
                                "CONVERSATION_NOT_FOUND"):
            api.chunks(run.conversation_id)
        with self.assertRaises(grpc.RpcError) as caught:
            api.chunks(run.conversation_id, stream.cursor)
        self.assertIn(caught.exception.code(), (
            grpc.StatusCode.NOT_FOUND, grpc.StatusCode.DATA_LOSS))
        # Its worker has stopped, and its model with it.
        self.assertTrue(self.model.calls[0].gone.wait(20))
        again = api.run("hold", request_id="key")
        self.assertEqual((again.conversation_id, again.run_id),
                         (run.conversation_id, run.run_id))
        self.model.release()
        self.assert_completed_and_dense(api, again)

    def test_p14_a_cursor_of_a_lost_run_is_told_that_it_is_lost(self):
        api = self.connect(self.start_all())
        first = api.run("hello", "c")
        self.assert_whole(api.read(first), "".join(PIECES))
        run, stream = self.read_half(api, conversation="c", request_id="key")
        self.redis.lose_power(lambda file: file.before(
            admission(run.conversation_id, run.run_id)))
        stream.wait_for_end()
        self.assert_failed(stream.error, grpc.StatusCode.DATA_LOSS,
                           "CURSOR_LOST")
        with self.assert_status(grpc.StatusCode.DATA_LOSS, "CURSOR_LOST"):
            api.chunks("c", stream.cursor)
        self.model.release()
        again = api.run("hold", "c", "key")
        self.assertEqual(again.run_id, run.run_id)
        self.assert_completed_and_dense(api, again)
        self.assert_whole(api.read(first), "".join(PIECES))

    # P15

    def lose_middle_of_script(self, run, number, *extra):
        self.redis.lose_power(
            lambda file: file.within(entry(run.conversation_id, number)),
            *extra)

    def tear_twice(self, service, between=lambda: None, *extra):
        """Power fails in the middle of a script; the run goes on to its end;
        power fails in the middle of that. What a reader then has is whole."""
        api = self.connect(service)
        run, stream = self.read_half(api)
        self.lose_middle_of_script(run, self.KEPT + 1, *extra)
        self.wait_for_line(service, NOTICED)
        self.model.release()
        self.assert_stream_is_whole(stream, attempts=[1])
        wait.until(lambda: not self.due(), "the run to be settled")
        between()
        self.lose_middle_of_script(run, number(stream.cursor))
        self.wait_for_line(service, NOTICED, 2)
        wait.until(lambda: api.get_run(run).state == pb.Run.COMPLETED,
                   "the run to be ended again", deadline_s=60)
        self.assert_completed(api, run, api.read(run))
        # Who saw the end that was taken back resumes at it, and has the whole.
        for chunk in api.chunks(run.conversation_id, stream.cursor,
                                run.run_id):
            stream.transcript.add(chunk)
        self.assert_whole_in_the_end(stream.transcript)
        return run

    def persistence(self, field):
        return self.store.info("persistence")[field]

    def wait_for_rewrite(self):
        wait.until(lambda: self.persistence("aof_rewrites") == 1
                   and not self.persistence("aof_rewrite_in_progress"),
                   "the file to be rewritten")

    def test_p15_torn_scripts_double_nothing_and_bring_nothing_back(self):
        service = self.start_all(lease=SHORT_LEASE)
        self.wait_for_rewrite()
        asked_before = service.log().count(ASKED)
        run = self.tear_twice(service, self.wait_for_rewrite)
        self.assert_log_is_dense(run)
        self.wait_for_rewrite()
        self.assertEqual(service.log().count(NOTICED), 2)
        self.assertEqual(service.log().count(ASKED) - asked_before, 2)
        self.assertNotIn(ALARM, service.log())

    def test_p15_power_may_fail_while_the_file_is_rewritten(self):
        service = self.start_all(lease=SHORT_LEASE)
        self.wait_for_rewrite()

        def in_its_middle():
            self.assertEqual(self.persistence("aof_rewrite_in_progress"), 1)

        self.tear_twice(service, in_its_middle,
                        "--rdb-key-save-delay", "60000000")
        self.wait_for_rewrite()

    def test_p15_a_redis_that_may_not_rewrite_raises_an_alarm(self):
        self.redis = self._started(RedisServer(extra=(
            "--user", "default", "on", "nopass", "~*", "&*", "+@all",
            "-bgrewriteaof")))
        self.store = self._started(self.redis.connect())
        service = self.start_all(lease=SHORT_LEASE)
        self.wait_for_line(service, ALARM)
        self.tear_twice(service)
        self.wait_for_line(service, ALARM, 3)
        self.assertEqual(self.persistence("aof_rewrites"), 0)
        self.assertNotIn(ASKED, service.log())


if __name__ == "__main__":
    unittest.main(verbosity=2)
