"""The agent-client program: its output for machines, and its exit statuses."""

import subprocess
import unittest

from harness import paths
from harness.agent_client import agent_client, chunks_of, text_of
from harness.case import Case
from harness.model_server import Turn
from harness.service import clean_environment


class AgentClient(Case):

    def setUp(self):
        self.model = self.start_model({
            "hello": [Turn(["Good ", "day."])],
            "hold": [Turn(["one ", "two"], hold_before=1)]})
        self.redis = self.start_redis()
        self.service = self.start_service(
            self.redis.address, environment=self.model.environment)
        self.api = self.connect(self.service)

    def client(self, *arguments):
        return agent_client(self.service.address, *arguments)

    def test_run_streams_to_the_end_and_exits_0(self):
        status, lines, said = self.client("run", "TravelPlanner", "hello")
        self.assertEqual(status, 0, said)
        self.assertEqual(text_of(lines), "Good day.")
        self.assertIn("completed", chunks_of(lines)[-1])

    def test_for_people_the_text_is_just_the_text(self):
        done = subprocess.run(
            [str(paths.CLIENT), f"--server={self.service.address}", "run",
             "TravelPlanner", "hello"], env=clean_environment(),
            stdin=subprocess.DEVNULL, capture_output=True, timeout=30,
            check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Good day.", done.stdout.decode())
        self.assertNotIn(b"\x1b", done.stdout)  # No colour into a pipe.

    def test_the_server_may_stand_in_the_environment(self):
        done = subprocess.run(
            [str(paths.CLIENT), "--json", "agents"],
            env=clean_environment({"AGENT_SERVER": self.service.address}),
            stdin=subprocess.DEVNULL, capture_output=True, timeout=30,
            check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"TravelPlanner", done.stdout)

    def test_a_cancelled_run_exits_1(self):
        run = self.api.run("hold")
        status, _, said = self.client("cancel", run.conversation_id,
                                      run.run_id)
        self.assertEqual(status, 0, said)
        status, lines, _ = self.client("stream", run.conversation_id)
        self.assertEqual(status, 1)
        self.assertIn("cancelled", chunks_of(lines)[-1])

    def test_wrong_usage_exits_2(self):
        for arguments in [["no-such-command"], ["run"], ["run", "x"],
                          ["stream"], ["stream", "c", "--cursor=nonsense"]]:
            with self.subTest(arguments):
                status, _, said = self.client(*arguments)
                self.assertEqual(status, 2, said)

    def test_a_service_that_is_not_there_exits_3(self):
        self.service.kill()
        status, _, said = agent_client(self.service.address, "agents")
        self.assertEqual(status, 3, said)

    def test_an_expired_cursor_exits_4(self):
        run = self.api.run("hello")
        cursor = self.api.read(run).chunks[0].cursor
        with self.redis.connect() as redis:
            redis.delete(f"agent-stream:{run.conversation_id}")
        status, _, said = self.client("stream", run.conversation_id,
                                      f"--cursor={cursor}")
        self.assertEqual(status, 4, said)

    def test_what_is_there_is_shown(self):
        run = self.api.run("hello")
        self.api.read(run)
        for arguments in [["agents"], ["conversations"],
                          ["runs", run.conversation_id],
                          ["show", run.conversation_id]]:
            with self.subTest(arguments):
                status, lines, said = self.client(*arguments)
                self.assertEqual(status, 0, said)
                self.assertTrue(lines)


if __name__ == "__main__":
    unittest.main(verbosity=2)
