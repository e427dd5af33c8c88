"""The main job: run an agent in the background, stream what it says."""

import unittest

import grpc

from harness.case import Case
from harness.generated import pb
from harness.model_server import Turn
from harness.transcript import Transcript, position

PIECES = ["Two days ", "in Lisbon: ", "first the tram, ", "then fado."]


class RunAndStream(Case):

    def setUp(self):
        self.model = self.start_model({
            "hello": [Turn(PIECES)],
            "and then?": [Turn(["Then ", "the sea."])],
            "weather?": [
                Turn(["Let me look. "],
                     [("get_weather_forecast",
                       '{"destination":"Lisbon","date":"2026-05-01"}')]),
                Turn(["Take ", "a coat."])],
            "slowly": [Turn(["one ", "two ", "three"], hold_before=2)],
        })
        self.service = self.start_service(
            self.start_redis().address, environment=self.model.environment)
        self.api = self.connect(self.service)

    def test_an_answer_arrives_piece_by_piece_and_is_whole(self):
        run = self.api.run("hello")
        transcript = self.api.read(run)
        self.assert_whole(transcript, "".join(PIECES))
        kinds = [chunk.WhichOneof("content") for chunk in transcript.chunks]
        self.assertEqual(
            kinds, ["attempt_started", *["text"] * len(PIECES), "completed"])
        usage = transcript.chunks[-1].completed.usage
        self.assertEqual((usage.input_tokens, usage.output_tokens), (7, 11))

    def test_chunks_arrive_before_the_run_has_ended(self):
        run = self.api.run("slowly")
        call = self.api.stream(run.conversation_id, run.cursor, run.run_id)
        early = Transcript()
        while early.text != "one two ":
            for chunk in next(call).chunks:
                early.add(chunk)
        self.assertEqual(self.api.get_run(run).state, pb.Run.RUNNING)
        self.model.release()
        for batch in call:
            for chunk in batch.chunks:
                early.add(chunk)
        self.assert_whole(early, "one two three")

    def test_tools_are_called_and_their_results_are_streamed(self):
        transcript = self.api.read(self.api.run("weather?"))
        self.assert_whole(transcript, "Let me look. Take a coat.")
        calls = [chunk.tool_call for chunk in transcript.chunks
                 if chunk.HasField("tool_call")]
        results = [chunk.tool_result for chunk in transcript.chunks
                   if chunk.HasField("tool_result")]
        self.assertEqual([call.name for call in calls],
                         ["get_weather_forecast"])
        self.assertEqual([result.call_id for result in results],
                         [calls[0].call_id])
        self.assertFalse(results[0].is_error)
        self.assertIn("Lisbon", results[0].result)

    def test_a_second_turn_streams_from_its_own_start(self):
        first = self.api.run("hello")
        self.assert_whole(self.api.read(first), "".join(PIECES))
        second = self.api.run("and then?", first.conversation_id)
        transcript = self.api.read(second)
        self.assert_whole(transcript, "Then the sea.")
        self.assertGreater(position(transcript.chunks[0].cursor),
                           position(second.cursor))
        # The model was given the first turn.
        said = [message["role"] for message in
                self.model.requests[-1]["messages"]]
        self.assertEqual(said[-3:], ["user", "assistant", "user"])

    def test_without_a_cursor_the_newest_run_is_streamed(self):
        first = self.api.run("hello")
        self.api.read(first)
        second = self.api.run("and then?", first.conversation_id)
        self.api.read(second)
        newest = Transcript(self.api.chunks(first.conversation_id))
        self.assert_whole(newest, "Then the sea.")

    def test_resuming_at_the_end_ends_at_once_and_goes_on_with_a_later_run(self):
        first = self.api.run("hello")
        end = self.api.read(first).chunks[-1].cursor
        self.assertEqual(self.api.chunks(first.conversation_id, end), [])
        second = self.api.run("and then?", first.conversation_id)
        later = Transcript(self.api.chunks(first.conversation_id, end))
        self.assert_whole(later, "Then the sea.")
        self.assertEqual(later.chunks[0].run_id, second.run_id)

    def test_runs_of_one_conversation_wait_for_each_other(self):
        first = self.api.run("slowly")
        second = self.api.run("and then?", first.conversation_id)
        self.assertEqual(self.api.get_run(second).state, pb.Run.QUEUED)
        self.model.release()
        self.assert_whole(self.api.read(first), "one two three")
        self.assert_whole(self.api.read(second), "Then the sea.")
        everything = self.api.chunks(first.conversation_id, "0-0",
                                     second.run_id)
        self.assertEqual({chunk.run_id for chunk in everything},
                         {second.run_id})

    def test_follow_goes_on_across_runs(self):
        first = self.api.run("hello")
        call = self.api.stream(first.conversation_id, "0-0", follow=True)
        seen = []

        def read_until_end():
            for batch in call:
                seen.extend(batch.chunks)
                if seen and seen[-1].HasField("completed"):
                    return

        read_until_end()
        second = self.api.run("and then?", first.conversation_id)
        read_until_end()
        call.cancel()
        self.assert_whole(Transcript(
            chunk for chunk in seen if chunk.run_id == first.run_id))
        self.assert_whole(Transcript(
            chunk for chunk in seen if chunk.run_id == second.run_id))

    def test_heartbeats_come_in_silence(self):
        run = self.api.run("slowly")
        call = self.api.stream(run.conversation_id, run.cursor, run.run_id,
                               heartbeat_interval={"seconds": 1})
        seen = Transcript()
        for batch in call:
            if seen.text == "one two " and not batch.chunks:
                self.assertEqual(batch.cursor, seen.chunks[-1].cursor)
                break
            for chunk in batch.chunks:
                seen.add(chunk)
        self.model.release()
        call.cancel()

    def test_a_reader_may_come_before_the_conversation(self):
        call = self.api.stream("early", "0-0", wait={"seconds": 60})
        self.api.run("hello", "early")
        seen = Transcript(chunk for batch in call for chunk in batch.chunks)
        self.assert_whole(seen, "".join(PIECES))

    def test_waiting_for_what_never_comes_ends(self):
        with self.assert_status(grpc.StatusCode.NOT_FOUND,
                                "CONVERSATION_NOT_FOUND"):
            self.api.chunks("never", wait={"nanos": 300_000_000})

    def test_the_answer_stands_in_the_conversation_when_the_end_was_seen(self):
        run = self.api.run("hello")
        self.api.read(run)
        conversation = self.api.stub.GetConversation(
            pb.GetConversationRequest(conversation_id=run.conversation_id))
        self.assertEqual(
            [(message.role, message.text)
             for message in conversation.messages],
            [(pb.Message.USER, "hello"),
             (pb.Message.ASSISTANT, "".join(PIECES))])

    def test_a_cancelled_run_ends_with_a_cancelled_chunk(self):
        run = self.api.run("slowly")
        call = self.api.stream(run.conversation_id, run.cursor, run.run_id)
        seen = Transcript()
        asked = False
        for batch in call:
            for chunk in batch.chunks:
                seen.add(chunk)
            if seen.text == "one two " and not asked:
                asked = True
                self.api.stub.CancelRun(pb.CancelRunRequest(
                    conversation_id=run.conversation_id, run_id=run.run_id))
        self.assertEqual(seen.end, "cancelled")
        self.assertEqual(self.api.get_run(run).state, pb.Run.CANCELLED)


if __name__ == "__main__":
    unittest.main(verbosity=2)
