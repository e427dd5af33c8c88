"""Text with every awkward byte comes back byte for byte."""

import unittest

from harness.agent_client import agent_client, text_of
from harness.case import Case
from harness.generated import pb
from harness.model_server import Turn
from harness.node_reader import node_read
from harness.node_reader import text_of as node_text_of

# A family, a flag and a letter with its accent, each cut between its parts.
CLUSTERS = ["\U0001F469", "\u200d", "\U0001F469", "\u200d\U0001F467", " ",
            "\U0001F1F5", "\U0001F1F9", " e", "\u0301"]
AWKWARD = {
    "line ends": ["a\r", "\nb\n", "\r", "\r\n\r\n", "c\u2028d\u2029e\u0085f"],
    "clusters": CLUSTERS,
    "control": ["nul \x00 bell \x07 esc \x1b[31m del \x7f", "\ufeffbom"],
    "protocol": ["data: [DONE]\n\n", "event: error\n", "\"}\\", "{\"a\":1}",
                 "%s%n", "$3\r\nfoo\r\n", "*1\r\n$4\r\nQUIT\r\n"],
    "edges": ["\ud7ff\ue000\ufffd\uffff", "\U00010000\U0010ffff", " ", "\t"],
    "large": ["x" * (256 * 1024)],
    "larger": ["ä🧭" * (50 * 1024)],
}


class AwkwardText(Case):

    def setUp(self):
        model = self.start_model(
            {name: [Turn(pieces)] for name, pieces in AWKWARD.items()} |
            {"on the wire": [Turn(CLUSTERS * 3, byte_by_byte=True)]})
        self.service = self.start_service(
            self.start_redis().address, environment=model.environment)
        self.api = self.connect(self.service)

    def test_awkward_text_comes_back_byte_for_byte(self):
        for name, pieces in AWKWARD.items():
            with self.subTest(name):
                run = self.api.run(name)
                self.assert_whole(self.api.read(run), "".join(pieces))

    def test_characters_cut_on_the_wire_arrive_whole(self):
        run = self.api.run("on the wire")
        self.assert_whole(self.api.read(run), "".join(CLUSTERS * 3))

    def test_other_clients_read_the_same_bytes(self):
        for name, pieces in AWKWARD.items():
            with self.subTest(name):
                expected = "".join(pieces)
                run = self.api.run(name)
                status, lines, said = agent_client(
                    self.service.address, "stream", run.conversation_id)
                self.assertEqual(status, 0, said)
                self.assertEqual(text_of(lines), expected)
                read = node_read(self.service.address, run.conversation_id,
                                 "0-0")
                if read is not None:
                    self.assertEqual(node_text_of(read), expected.encode())

    def test_no_chunk_is_over_its_limit(self):
        run = self.api.run("larger")
        transcript = self.api.read(run)
        sizes = [len(chunk.text.encode()) for chunk in transcript.chunks]
        self.assertLessEqual(max(sizes), 256 * 1024)
        self.assertGreater(sum(sizes), 256 * 1024)

    def test_an_awkward_message_is_kept_as_it_was_said(self):
        message = "clusters"  # What the model answers to.
        run = self.api.run(message)
        self.api.read(run)
        awkward = "".join(CLUSTERS) + "\r\n\u2028\x07\"\\"
        second = self.api.run(awkward, run.conversation_id)
        kept = self.api.stub.GetRun(pb.GetRunRequest(
            conversation_id=run.conversation_id, run_id=second.run_id))
        self.assertEqual(kept.message, awkward)


if __name__ == "__main__":
    unittest.main(verbosity=2)
