"""Method: kill -9 of one part while an answer is in its middle, bring the part
back, and let a client that only knows its last cursor go on to the end."""

import unittest

from harness.agent_client import start_agent_client
from harness.api import Api, read_through_faults
from harness.case import Case
from harness.model_server import Turn
from harness.transcript import Transcript

PIECES = [f"piece {number} " for number in range(12)]
LEASE = "--lease=1s"


class Crashes(Case):

    def setUp(self):
        self.model = self.start_model(
            {"hold": [Turn(PIECES, hold_before=6)]})
        self.redis = self.start_redis()
        self.service = self.start_service(
            self.redis.address, LEASE, environment=self.model.environment)

    def read_half(self):
        """A run, its first six pieces, and the open call."""
        api = self.connect(self.service)
        run = api.run("hold")
        seen = Transcript()
        call = api.stream(run.conversation_id, run.cursor, run.run_id)
        while seen.text != "".join(PIECES[:6]):
            for chunk in next(call).chunks:
                seen.add(chunk)
        return run, seen, call

    def resume(self, run, seen):
        read_through_faults(lambda: Api(self.service.address), run, seen)
        self.assert_whole(seen, "".join(PIECES))

    def test_the_service_killed_and_started_again(self):
        run, seen, _ = self.read_half()
        self.service.restart_after_kill()
        self.model.release()
        self.resume(run, seen)
        attempts = [chunk.attempt for chunk in seen.chunks
                    if chunk.HasField("attempt_started")]
        self.assertEqual(attempts, [1, 2])

    def test_redis_killed_and_started_again(self):
        run, seen, _ = self.read_half()
        self.redis.restart()
        self.model.release()
        self.resume(run, seen)

    def test_redis_frozen_for_a_while_is_no_end(self):
        run, seen, call = self.read_half()
        self.redis.pause()
        self.model.release()
        self.redis.resume()
        for batch in call:
            for chunk in batch.chunks:
                seen.add(chunk)
        self.assert_whole(seen, "".join(PIECES))
        self.assertEqual(run.run_id, seen.chunks[-1].run_id)

    def test_agent_client_goes_on_by_itself(self):
        client = start_agent_client(self.service.address, "run",
                                    "TravelPlanner", "hold")
        self.addCleanup(client.kill)
        lines = []
        while f'"{PIECES[5]}"' not in "".join(lines):
            line = client.stdout.readline()
            self.assertTrue(line, "agent-client ended early")
            lines.append(line)
        self.service.restart_after_kill()
        self.model.release()
        rest, said = client.communicate(timeout=60)
        self.assertEqual(client.returncode, 0, said)
        self.assertIn(f'"{PIECES[-1]}"', rest)
        self.assertIn('"completed"', rest)


if __name__ == "__main__":
    unittest.main(verbosity=2)
