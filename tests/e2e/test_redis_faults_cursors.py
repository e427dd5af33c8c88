"""P18, P19: what a cursor points at was trimmed, has expired or was deleted.
Method: short times to live, XTRIM and DEL from outside.

See the table of crash points in docs/reliability.md."""

import types
import unittest

import grpc

from harness import wait
from harness.generated import pb
from harness.model_server import Turn
from harness.redis_fault_case import HALF, RedisFaultCase
from harness.transcript import Transcript

OUT_OF_RANGE = grpc.StatusCode.OUT_OF_RANGE
NOT_FOUND = grpc.StatusCode.NOT_FOUND
LARGE = ["0123456789abcdef" * 8192] * 96  # 12 MiB
# How soon a waiting reader is told, generously for a loaded machine: not the
# half minute of the look for lost wake-ups.
SOON_S = 15


class Cursors(RedisFaultCase):

    answers = {"much": [Turn(["first"] + LARGE, hold_before=1)]}

    def completed(self, api, message="hello"):
        run = api.run(message)
        transcript = api.read(run)
        self.assertEqual(transcript.end, "completed")
        return run, [chunk.cursor for chunk in transcript.chunks]

    def follow(self, api, run, cursor=""):
        """A stream that does not end with the run."""
        conversation = types.SimpleNamespace(
            conversation_id=run.conversation_id, run_id="", cursor=run.cursor)
        return self.open_stream(api, conversation, cursor, follow=True)

    def key(self, run):
        return f"agent-stream:{run.conversation_id}"

    # P18

    def test_p18_a_cursor_before_what_is_kept_is_told_so_at_once(self):
        api = self.connect(self.start_all())
        run, cursors = self.completed(api)
        self.store.xtrim(self.key(run), minid=cursors[6], approximate=False)
        kept = {"first_cursor": cursors[6], "last_cursor": cursors[-1]}
        for fields in ({}, {"run_id": run.run_id}, {"follow": True}):
            with self.subTest(fields):
                with self.assert_status(OUT_OF_RANGE, "CURSOR_TRIMMED", **kept):
                    api.chunks(run.conversation_id, cursors[3], **fields)
        # Nothing is missing behind the last that was lost, nor in what is left.
        self.assertEqual(
            [chunk.cursor for chunk in
             api.chunks(run.conversation_id, cursors[5])], cursors[6:])
        self.assertEqual(
            [chunk.cursor for chunk in
             api.chunks(run.conversation_id, "0-0")], cursors[6:])

    def test_p18_a_reader_that_is_overtaken_by_the_trimming_is_told(self):
        api = self.connect(self.start_all())
        run, stream = self.read_half(api)
        after = stream.transcript.chunks[2].cursor
        self.store.xtrim(self.key(run), minid=stream.cursor, approximate=False)
        with self.assert_status(OUT_OF_RANGE, "CURSOR_TRIMMED",
                                first_cursor=stream.cursor,
                                last_cursor=stream.cursor):
            next(api.stream(run.conversation_id, after))
        self.model.release()
        self.assert_stream_is_whole(stream)

    # P19

    def test_p19_an_expired_log_is_told_from_one_that_never_was(self):
        api = self.connect(self.start_all("--stream_ttl=1s", "--state_ttl=4s"))
        run, cursors = self.completed(api)
        wait.until(lambda: not self.store.exists(self.key(run)),
                   "the log to expire")
        for cursor in ("0-0", cursors[0], cursors[-2]):
            with self.assert_status(OUT_OF_RANGE, "STREAM_EXPIRED",
                                    first_cursor=cursors[-1],
                                    last_cursor=cursors[-1]):
                api.chunks(run.conversation_id, cursor)
        # Who has everything has lost nothing.
        self.assertEqual(api.chunks(run.conversation_id, cursors[-1]), [])
        follower = self.follow(api, run, cursors[-1])
        wait.until(lambda: not self.store.keys("*" + run.conversation_id + "*"),
                   "the record to expire")
        follower.wait_for_end(SOON_S)
        self.assert_failed(follower.error, NOT_FOUND,
                           "CONVERSATION_NOT_FOUND")
        for cursor in ("", "0-0", cursors[0]):
            with self.assert_status(NOT_FOUND, "CONVERSATION_NOT_FOUND"):
                api.chunks(run.conversation_id, cursor)

    def test_p19_a_reader_that_was_not_sent_everything_is_told(self):
        service = self.start_all("--stream_ttl=1s", "--state_ttl=60s")
        api = self.connect(service)
        run = api.run("much")
        call = self.connect(service).stream(
            run.conversation_id, run.cursor, run.run_id)
        seen = Transcript()
        while seen.text != "first":
            for chunk in next(call).chunks:
                seen.add(chunk)
        self.model.release()
        wait.until(lambda: api.get_run(run).state == pb.Run.COMPLETED,
                   "the run to end", deadline_s=60)
        wait.until(lambda: not self.store.exists(self.key(run)),
                   "the log to expire")
        with self.assert_status(OUT_OF_RANGE, "STREAM_EXPIRED"):
            for batch in call:
                for chunk in batch.chunks:
                    seen.add(chunk)
        sequences = [chunk.sequence for chunk in seen.chunks]
        self.assertEqual(sequences, list(range(len(sequences))))
        self.assertIsNone(seen.end)

    # Deleted.

    def test_a_deletion_ends_those_who_wait(self):
        api = self.connect(self.start_all())
        run, stream = self.read_half(api)
        follower = self.follow(api, run)
        follower.wait_for_text(HALF)
        api.delete(run.conversation_id, force=True)
        for waiting in (stream, follower):
            waiting.wait_for_end(SOON_S)
            self.assert_failed(waiting.error, NOT_FOUND,
                               "CONVERSATION_NOT_FOUND")
        self.assertTrue(self.model.calls[0].gone.wait(SOON_S))

    def test_a_log_of_another_program_that_is_deleted_ends_its_reader(self):
        api = self.connect(self.start_all())
        other = types.SimpleNamespace(conversation_id="foreign", cursor="",
                                      run_id="")
        self.store.xadd("agent-stream:foreign", {
            "text": "said", "sequence": "0", "timestamp": "1"})
        stream = self.open_stream(api, other)
        stream.wait_for_text("said")
        self.store.delete("agent-stream:foreign")
        stream.wait_for_end(SOON_S)
        self.assert_failed(stream.error, NOT_FOUND, "CONVERSATION_NOT_FOUND")


if __name__ == "__main__":
    unittest.main(verbosity=2)
