"""Logs of the original samples are streamed and resumed by us, and ours are
read by their reader: one schema, two programs that do not know each other."""

import unittest

from harness.case import Case
from harness.model_server import Turn
from harness.original_handler import OriginalWriter, original_read

PIECES = ["First ", "the tram,\r\n", "then ", "fado 🎶\u2028", "and sleep."]


class Interop(Case):

    def setUp(self):
        self.model = self.start_model({
            "hello": [Turn(PIECES)],
            "weather?": [
                Turn(["Let me look. "],
                     [("get_local_events",
                       '{"destination":"Lisbon","date":"2026-05-01"}')]),
                Turn(["A concert."])]})
        server = self.start_redis()
        self.redis = server.connect()
        self.addCleanup(self.redis.close)
        self.api = self.connect(self.start_service(
            server.address, environment=self.model.environment))

    def text_of(self, chunks):
        return "".join(chunk.text for chunk in chunks)

    def test_the_originals_log_is_streamed_from_its_beginning(self):
        writer = OriginalWriter(self.redis, "theirs")
        ids = [writer.say(piece) for piece in PIECES] + [writer.finish()]
        for cursor in ["", "0-0"]:
            with self.subTest(cursor=cursor):
                chunks = self.api.chunks("theirs", cursor)
                self.assertEqual(self.text_of(chunks), "".join(PIECES))
                self.assertEqual([chunk.cursor for chunk in chunks], ids)
                self.assertEqual([chunk.sequence for chunk in chunks],
                                 list(range(len(ids))))
                self.assertEqual({chunk.run_id for chunk in chunks}, {""})
                self.assertTrue(chunks[-1].HasField("completed"))

    def test_the_originals_log_is_resumed_at_every_position(self):
        writer = OriginalWriter(self.redis, "theirs")
        ids = [writer.say(piece) for piece in PIECES] + [writer.finish()]
        for index, cursor in enumerate(ids):
            with self.subTest(cursor=cursor):
                rest = self.api.chunks("theirs", cursor)
                self.assertEqual([chunk.cursor for chunk in rest],
                                 ids[index + 1:])
                self.assertEqual(self.text_of(rest),
                                 "".join(PIECES[index + 1:]))

    def test_the_originals_log_is_followed_while_it_is_written(self):
        writer = OriginalWriter(self.redis, "theirs")
        writer.say(PIECES[0])
        call = self.api.stream("theirs", "0-0")
        said, seen = PIECES[0], ""
        for piece in [*PIECES[1:], None]:
            while seen != said:
                seen += self.text_of(next(call).chunks)
            if piece is None:
                writer.finish()
            else:
                writer.say(piece)
                said += piece
        rest = [chunk for batch in call for chunk in batch.chunks]
        self.assertTrue(rest[-1].HasField("completed"))
        self.assertEqual(seen, "".join(PIECES))

    def test_the_originals_failure_is_a_failed_chunk(self):
        writer = OriginalWriter(self.redis, "theirs")
        writer.say("half ")
        writer.fail("the model hung up")
        chunks = self.api.chunks("theirs", "0-0")
        self.assertEqual(self.text_of(chunks), "half ")
        self.assertEqual(chunks[-1].failed.message, "the model hung up")

    def test_our_log_is_read_by_the_originals_reader(self):
        for message in ["hello", "weather?"]:
            with self.subTest(message):
                run = self.api.run(message)
                expected = self.text_of(self.api.read(run).chunks)
                theirs = list(original_read(self.redis, run.conversation_id))
                self.assertEqual("".join(text for _, text in theirs), expected)

    def test_a_cursor_of_ours_resumes_in_the_originals_reader(self):
        run = self.api.run("hello")
        chunks = self.api.read(run).chunks
        for index, chunk in enumerate(chunks[:-1]):
            rest = "".join(text for _, text in original_read(
                self.redis, run.conversation_id, chunk.cursor))
            self.assertEqual(rest, self.text_of(chunks[index + 1:]))

    def test_the_originals_reader_follows_our_run_live(self):
        run = self.api.run("hello", "ours")
        theirs = original_read(self.redis, run.conversation_id)
        self.assertEqual("".join(text for _, text in theirs), "".join(PIECES))


if __name__ == "__main__":
    unittest.main(verbosity=2)
