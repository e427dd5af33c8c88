"""Gateways and workers as separate processes that share nothing but Redis."""

import unittest

from harness import wait
from harness.api import Api, read_through_faults
from harness.case import Case
from harness.generated import pb
from harness.model_server import Turn
from harness.transcript import Transcript

PIECES = [f"piece {number} " for number in range(12)]


class Replicas(Case):

    def setUp(self):
        self.model = self.start_model({
            "hold": [Turn(PIECES, hold_before=6)],
            "hello": [Turn(PIECES)]})
        self.redis = self.start_redis().address
        self.gateways = [self.start_service(self.redis, role="gateway")
                         for _ in range(2)]

    def start_worker(self):
        return self.start_service(self.redis, "--lease=2s", role="worker",
                                  environment=self.model.environment)

    def test_gateways_alone_know_the_agents_of_workers(self):
        self.start_worker()
        for gateway in self.gateways:
            api = self.connect(gateway)
            agents = wait.until(
                lambda api=api: api.stub.ListAgents(
                    pb.ListAgentsRequest()).agents, "a worker's agent")
            self.assertEqual(agents[0].name, "TravelPlanner")
            self.assertEqual(
                sorted(agents[0].tools),
                ["get_local_events", "get_weather_forecast"])
            self.assertEqual(agents[0].workers, 1)

    def start_run(self, message):
        worker = self.start_worker()
        api = self.connect(self.gateways[0])
        wait.until(lambda: api.stub.ListAgents(
            pb.ListAgentsRequest()).agents, "a worker's agent")
        return worker, api, api.run(message)

    def test_a_run_accepted_here_is_streamed_there(self):
        _, _, run = self.start_run("hello")
        self.assert_whole(self.connect(self.gateways[1]).read(run),
                          "".join(PIECES))

    def test_a_gateway_killed_in_the_middle_loses_no_word(self):
        _, api, run = self.start_run("hold")
        seen = Transcript()
        call = api.stream(run.conversation_id, run.cursor, run.run_id)
        while seen.text != "".join(PIECES[:6]):
            for chunk in next(call).chunks:
                seen.add(chunk)
        self.gateways[0].kill()
        self.model.release()
        other = self.gateways[1].address
        read_through_faults(lambda: Api(other), run, seen)
        self.assert_whole(seen, "".join(PIECES))

    def test_a_queued_run_waits_for_a_worker(self):
        worker, api, first = self.start_run("hello")
        self.assert_whole(api.read(first))
        worker.terminate()
        self.assertEqual(worker.wait_for_exit(), 0)
        run = api.run("hello")
        self.assertEqual(api.get_run(run).state, pb.Run.QUEUED)
        self.start_worker()
        self.assert_whole(api.read(run), "".join(PIECES))


if __name__ == "__main__":
    unittest.main(verbosity=2)
