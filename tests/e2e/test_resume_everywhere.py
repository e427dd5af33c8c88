"""Resuming after every single chunk of an answer, with three clients that
share no code: the generated Python one, Node's, and our own."""

import unittest

from harness.agent_client import agent_client, chunks_of, text_of
from harness.case import Case
from harness.model_server import Turn
from harness.node_reader import node_read
from harness.node_reader import text_of as node_text_of
from harness.transcript import Transcript

PIECES = [f"word {number} – ünd 🧭 " for number in range(60)]
TEXT = "".join(PIECES)


class ResumeEverywhere(Case):

    def setUp(self):
        model = self.start_model({"count": [Turn(PIECES)]})
        self.service = self.start_service(
            self.start_redis().address, environment=model.environment)
        self.api = self.connect(self.service)
        self.run_ = self.api.run("count")
        self.whole = self.api.read(self.run_).chunks
        self.assert_whole(Transcript(self.whole), TEXT)
        self.assertGreaterEqual(len(self.whole), 20)

    def test_generated_python_client(self):
        for index, chunk in enumerate(self.whole):
            with self.subTest(after=chunk.cursor):
                rest = self.api.chunks(self.run_.conversation_id, chunk.cursor,
                                       self.run_.run_id)
                self.assertEqual(rest, self.whole[index + 1:])

    def test_node_client(self):
        resumes = node_read(self.service.address,
                            self.run_.conversation_id, "everywhere")
        if resumes is None:
            self.skipTest("no Node; scripts/test prepares one")
        self.assertEqual([resume["resumed_after"] for resume in resumes],
                         [chunk.cursor for chunk in self.whole])
        expected = [(chunk.cursor, chunk.sequence) for chunk in self.whole]
        for resume in resumes:
            with self.subTest(after=resume["resumed_after"]):
                found = [(chunk["cursor"], chunk["sequence"])
                         for chunk in resume["chunks"]]
                self.assertEqual(found, expected)
                self.assertEqual(node_text_of(resume["chunks"]),
                                 TEXT.encode())

    def test_agent_client(self):
        before = ""
        for index, chunk in enumerate(self.whole):
            before += chunk.text
            with self.subTest(after=chunk.cursor):
                status, lines, said = agent_client(
                    self.service.address, "stream",
                    self.run_.conversation_id, f"--cursor={chunk.cursor}")
                self.assertEqual(status, 0, said)
                found = [line["cursor"] for line in chunks_of(lines)]
                self.assertEqual(found, [later.cursor for later in
                                         self.whole[index + 1:]])
                self.assertEqual(before + text_of(lines), TEXT)


if __name__ == "__main__":
    unittest.main(verbosity=2)
