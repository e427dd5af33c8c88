"""Deleting, listing, and what is said about what is not there."""

import unittest

import grpc

from harness import wait
from harness.case import Case
from harness.generated import pb
from harness.model_server import Turn
from harness.transcript import Transcript

NOT_FOUND = grpc.StatusCode.NOT_FOUND


class Conversations(Case):

    def setUp(self):
        self.model = self.start_model({
            "hello": [Turn(["Good day."])],
            "hold": [Turn(["one ", "two"], hold_before=1)]})
        self.redis = self.start_redis()
        self.service = self.start_service(
            self.redis.address, environment=self.model.environment)
        self.api = self.connect(self.service)

    def delete(self, conversation, force=False):
        self.api.stub.DeleteConversation(pb.DeleteConversationRequest(
            conversation_id=conversation, force=force), timeout=20)

    def assert_gone(self, run):
        with self.assert_status(NOT_FOUND, "CONVERSATION_NOT_FOUND"):
            self.api.chunks(run.conversation_id)
        with self.assert_status(NOT_FOUND, "CONVERSATION_NOT_FOUND"):
            self.api.stub.GetConversation(pb.GetConversationRequest(
                conversation_id=run.conversation_id))
        with self.redis.connect() as redis:
            left = [key for key in redis.scan_iter("*")
                    if run.conversation_id in key]
        self.assertEqual(left, [])

    def test_deleting_leaves_nothing(self):
        run = self.api.run("hello")
        self.api.read(run)
        self.delete(run.conversation_id)
        self.assert_gone(run)

    def test_deleting_what_is_not_there_is_not_found(self):
        with self.assert_status(NOT_FOUND, "CONVERSATION_NOT_FOUND"):
            self.delete("never-was")

    def test_an_active_conversation_is_deleted_only_by_force(self):
        run = self.api.run("hold")
        call = self.api.stream(run.conversation_id, run.cursor, run.run_id)
        seen = Transcript()
        while seen.text != "one ":
            for chunk in next(call).chunks:
                seen.add(chunk)
        with self.assert_status(grpc.StatusCode.FAILED_PRECONDITION,
                                "RUN_ACTIVE"):
            self.delete(run.conversation_id)
        self.delete(run.conversation_id, force=True)
        with self.assertRaises(grpc.RpcError):  # Never a normal end.
            for _ in call:
                pass
        self.model.release()
        self.assert_gone(run)

    def test_an_id_can_be_used_again_after_deleting(self):
        first = self.api.run("hello", "again")
        self.api.read(first)
        self.delete("again")
        second = self.api.run("hello", "again")
        self.assert_whole(self.api.read(second), "Good day.")
        runs = self.api.stub.ListRuns(
            pb.ListRunsRequest(conversation_id="again")).runs
        self.assertEqual([run.run_id for run in runs], [second.run_id])

    def test_listing_pages_through_everything_once(self):
        names = [f"c{number}" for number in range(5)]
        for name in names:
            self.api.read(self.api.run("hello", name))
        found, token = [], ""
        while True:
            page = self.api.stub.ListConversations(pb.ListConversationsRequest(
                page_size=2, page_token=token))
            self.assertLessEqual(len(page.conversations), 2)
            found += [entry.conversation_id for entry in page.conversations]
            token = page.next_page_token
            if not token:
                break
        self.assertEqual(found, names[::-1])

    def test_runs_are_listed_newest_first(self):
        runs = [self.api.run("hello", "c") for _ in range(3)]
        for run in runs:
            self.api.read(run)
        listed = self.api.stub.ListRuns(
            pb.ListRunsRequest(conversation_id="c")).runs
        self.assertEqual([run.run_id for run in listed],
                         [run.run_id for run in reversed(runs)])
        self.assertEqual({run.state for run in listed}, {pb.Run.COMPLETED})
        self.assertEqual({run.message for run in listed}, {"hello"})

    def test_what_is_not_there_is_told_apart(self):
        run = self.api.run("hello", "c")
        self.api.read(run)
        with self.assert_status(NOT_FOUND, "RUN_NOT_FOUND"):
            self.api.chunks("c", run_id="no-such-run")
        with self.assert_status(NOT_FOUND, "AGENT_NOT_FOUND"):
            self.api.run("hello", agent="Nobody")

    def test_cursors_that_cannot_be_resumed_are_told_apart(self):
        run = self.api.run("hello", "c")
        end = self.api.read(run).chunks[-1].cursor
        invalid = grpc.StatusCode.INVALID_ARGUMENT
        for malformed in ["x", "$", "1", "-", "1-", "01-01", "1-1 ", ">", "+"]:
            with self.subTest(malformed):
                with self.assert_status(invalid, "CURSOR_MALFORMED"):
                    self.api.chunks("c", malformed)
        milliseconds = int(end.split("-")[0])
        far_ahead = f"{milliseconds + 3_600_000}-9001"
        with self.assert_status(invalid, "CURSOR_FOREIGN"):
            self.api.chunks("c", far_ahead)

    def test_an_expired_log_is_told_from_an_unknown_one(self):
        run = self.api.run("hello", "c")
        cursor = self.api.read(run).chunks[0].cursor
        with self.redis.connect() as redis:
            redis.delete("agent-stream:c")  # As if stream_ttl had passed.
        with self.assert_status(grpc.StatusCode.OUT_OF_RANGE,
                                "STREAM_EXPIRED"):
            self.api.chunks("c", cursor)

    def test_a_log_expires_after_its_time_and_the_end_stays_an_end(self):
        store = self.start_redis()
        brief = self.connect(self.start_service(
            store.address, "--stream_ttl=1s",
            environment=self.model.environment))
        run = brief.run("hello", "c")
        chunks = brief.read(run).chunks

        def expired():
            with store.connect() as redis:
                return not redis.exists("agent-stream:c")

        wait.until(expired, "the log to expire")
        with self.assert_status(grpc.StatusCode.OUT_OF_RANGE,
                                "STREAM_EXPIRED"):
            brief.chunks("c", chunks[0].cursor)
        # Who has seen everything has missed nothing.
        self.assertEqual(brief.chunks("c", chunks[-1].cursor), [])
        kept = brief.stub.GetConversation(
            pb.GetConversationRequest(conversation_id="c"))
        self.assertEqual(kept.messages[-1].text, "Good day.")


if __name__ == "__main__":
    unittest.main(verbosity=2)
