"""P4, P5, P6: a worker dies before BEGIN, after it, in the middle of an answer;
another one takes the run over. Method: abort points, and kill -9 while the
model holds its breath. The reader's gateway is another process and stays.

See the table of crash points in docs/reliability.md."""

import unittest

from google.protobuf import duration_pb2

from harness import wait
from harness.agent_client import start_agent_client
from harness.crash_case import HALF, PIECES, WHOLE, CrashCase
from harness.generated import pb
from harness.model_server import Turn
from harness.transcript import number

INTRO = ["Let me ", "look. "]
LOOK = [("get_weather_forecast",
         '{"destination": "Porto", "date": "2027-05-01"}')]


class TakeOver(CrashCase):

    answers = {"look": [Turn(INTRO, tool_calls=LOOK),
                        Turn(PIECES, hold_before=6)]}

    def setUp(self):
        super().setUp()
        self.gateway = self.start_gateway()
        self.api = self.connect(self.gateway)

    def run_and_watch(self, message):
        run = self.api.run(message)
        heartbeat = duration_pb2.Duration(seconds=1)
        return run, self.open_stream(self.api, run,
                                     heartbeat_interval=heartbeat)

    def assert_watched_to_the_end(self, run, stream, text=WHOLE):
        """The one call that was open all the time saw all of it."""
        stream.wait_for_end()
        self.assertIsNone(stream.error)
        self.assert_completed(self.api, run, stream.transcript, text)
        self.assert_nothing_left_to_do()

    def start_dying_worker(self, abort_at):
        """Alone, so that it is the one that takes the run."""
        return self.start_worker(abort_at=abort_at)

    # P4

    def assert_another_starts_attempt_1(self, dying, run, stream):
        self.wait_for_death(dying)
        self.assertEqual(self.entries(run.conversation_id), [])
        self.assertEqual(self.mailbox(run.conversation_id), [run.run_id])
        self.start_worker()
        self.assert_watched_to_the_end(run, stream)
        self.assertEqual(self.attempts_of(stream.transcript), [(1, "")])
        self.assertEqual(self.record(run.conversation_id,
                                     f"failures:{run.run_id}"), ["0"])

    def test_p04_a_worker_that_dies_with_a_wake_up_in_its_hand_loses_no_run(
            self):
        dying = self.start_dying_worker("before_begin")
        run, stream = self.run_and_watch("hello")
        self.assert_another_starts_attempt_1(dying, run, stream)

    def test_p04_a_worker_that_dies_with_a_due_conversation_loses_no_run(self):
        # Without a worker the wake-up lies there: it is lost, the run is due.
        seen = self.start_worker()
        seen.terminate()
        seen.wait_for_exit()
        run, stream = self.run_and_watch("hello")
        wait.until(lambda: self.hints() == [run.conversation_id], "the hint")
        self.store.delete("agent-wake:travelplanner")
        dying = self.start_dying_worker("before_begin")
        self.assert_another_starts_attempt_1(dying, run, stream)

    # P5

    def test_p05_a_run_that_was_begun_and_said_nothing_is_taken_over(self):
        dying = self.start_dying_worker("after_begin")
        run, stream = self.run_and_watch("hello")
        self.wait_for_death(dying)
        self.assertEqual(self.entries(run.conversation_id), [])
        self.assertEqual(self.api.get_run(run).state, pb.Run.RUNNING)
        self.start_worker()
        self.assert_watched_to_the_end(run, stream)
        self.assertEqual(self.attempts_of(stream.transcript), [(2, "")])
        # The stream was told that it is alive while there was nothing to say.
        self.assertGreater(stream.heartbeats, 0)
        self.assertEqual(self.record(run.conversation_id,
                                     f"failures:{run.run_id}"), ["1"])

    def test_p05_several_workers_take_it_over_once(self):
        dying = self.start_dying_worker("after_begin")
        run, stream = self.run_and_watch("hello")
        self.wait_for_death(dying)
        for _ in range(3):
            self.start_worker()
        self.assert_watched_to_the_end(run, stream)
        self.assertEqual(self.attempts_of(stream.transcript), [(2, "")])
        self.assertEqual(len(self.model.calls), 1)

    # P6

    def kill_in_the_middle(self, message, said, calls):
        """A run whose first worker is killed after half of what it says."""
        first = self.start_worker()
        run, stream = self.run_and_watch(message)
        stream.wait_for_text(said + HALF)
        first.kill()
        self.start_worker()
        self.wait_for_attempt(self.api, run, 2)
        self.model.wait_for_calls(calls)
        self.model.release()
        self.assert_watched_to_the_end(run, stream, said + WHOLE)
        return run, stream.transcript

    def test_p06_an_answer_cut_in_the_middle_goes_on_from_its_beginning(self):
        # One model turn, which is no finished step: all of it falls.
        run, transcript = self.kill_in_the_middle("hold", "", calls=2)
        self.assertEqual(self.attempts_of(transcript), [(1, ""), (2, "")])
        self.assertEqual(self.api.get_run(run).attempt, 2)

    def test_p06_an_answer_cut_in_the_middle_goes_on_after_its_last_step(self):
        run, transcript = self.kill_in_the_middle(
            "look", "".join(INTRO), calls=3)
        result = [chunk for chunk in transcript.chunks
                  if chunk.HasField("tool_result")]
        self.assertEqual(len(result), 1)
        self.assertEqual(self.attempts_of(transcript),
                         [(1, ""), (2, result[0].cursor)])
        # The first turn was not asked for again, and the tool not called.
        asked = [len(request["messages"]) for request in self.model.requests]
        self.assertEqual(asked[1:], [asked[0] + 2] * 2)
        self.assertEqual(self.model.requests[1]["messages"],
                         self.model.requests[2]["messages"])
        self.assert_what_fell_is_forgotten(run, transcript)

    def assert_what_fell_is_forgotten(self, run, transcript):
        """GetConversation holds each step once, and no discarded word."""
        second = self.attempts_of(transcript)[1][1]
        stands = number(second)
        fell = [chunk.text for chunk in transcript.chunks
                if chunk.attempt == 1 and number(chunk.cursor) > stands]
        self.assertEqual("".join(fell), HALF)
        roles = [message.role for message in
                 self.api.conversation(run.conversation_id).messages]
        self.assertEqual(roles, [pb.Message.USER, pb.Message.ASSISTANT,
                                 pb.Message.TOOL, pb.Message.ASSISTANT])

    def test_p06_agent_client_shows_the_answer_once(self):
        first = self.start_worker()
        client = start_agent_client(self.gateway.address, "run",
                                    "TravelPlanner", "look")
        self.addCleanup(client.kill)
        lines = []
        while f'"{PIECES[5]}"' not in "".join(lines):
            lines.append(client.stdout.readline())
            self.assertTrue(lines[-1], "agent-client ended early")
        first.kill()
        self.start_worker()
        self.model.wait_for_calls(3)
        self.model.release()
        rest, errors = client.communicate(timeout=60)
        # 0 is given only to a text whose SHA-256 is the run's.
        self.assertEqual(client.returncode, 0, errors)
        self.assertIn('"completed"', rest)


if __name__ == "__main__":
    unittest.main(verbosity=2)
