"""P16, P17: the Redis that is spoken to becomes another's replica, and behind
it; or it is cut off from its replica, which another takes for the master.
Method: two Redis servers, REPLICAOF, and a proxy that leads elsewhere.

See the table of crash points in docs/reliability.md."""

import unittest

from harness import wait
from harness.generated import pb
from harness.model_server import Turn
from harness.redis_fault_case import HALF, PIECES, RedisFaultCase
from harness.redis_server import RedisServer


class Failover(RedisFaultCase):

    # Holds twice: behind three pieces, and behind six.
    answers = {"hold": [Turn(PIECES, hold_before=(3, 6))]}

    def setUp(self):
        super().setUp()
        self.redis, self.store = self.start_server()
        self.other, self.other_store = self.start_server()

    def start_server(self):
        """A server that can have replicas, and a client of it."""
        server = self._started(RedisServer(
            tcp=True, extra=("--repl-diskless-sync-delay", "0",
                             "--repl-ping-replica-period", "1")))
        return server, self._started(server.connect())

    def follow(self, follower, leader):
        """Makes one store a replica of another server."""
        follower.replicaof("127.0.0.1", leader.port)
        wait.until(lambda: follower.info("replication").get(
            "master_link_status") == "up", "a replica to follow")

    def wait_for_same(self):
        """The other Redis has everything that this one has."""
        wait.until(
            lambda: self.store.info("replication")["slave0"]["offset"]
            == self.store.info("replication")["master_repl_offset"],
            "the replica to have everything")

    def read_pieces(self, api, count):
        run = api.run("hold")
        stream = self.open_stream(api, run)
        stream.wait_for_text("".join(PIECES[:count]))
        return run, stream

    # P16

    def test_p16_a_redis_that_falls_behind_as_a_replica_is_made_good(self):
        service = self.start_all()
        api = self.connect(service)
        self.follow(self.other_store, self.redis)
        run, stream = self.read_pieces(api, 3)
        self.wait_for_same()
        # What is written from here on, the other Redis never gets.
        self.other_store.replicaof("NO", "ONE")
        self.model.calls[0].release()
        stream.wait_for_text(HALF)
        self.follow(self.store, self.other)
        late = api.stub.RunAgent.future(
            pb.RunAgentRequest(agent="TravelPlanner", message="hello"),
            timeout=60)
        self.assertEqual(api.get_run(run).state, pb.Run.RUNNING)
        # Cut off from its master, it does not even read.
        self.store.config_set("replica-serve-stale-data", "no")
        self.other.kill()
        wait.until(lambda: self.store.info("replication")[
            "master_link_status"] == "down", "the link to go down")
        stale = api.stub.GetRun.future(
            pb.GetRunRequest(conversation_id=run.conversation_id,
                             run_id=run.run_id), timeout=60)
        self.assert_unavailable(late.exception())
        self.assert_unavailable(stale.exception())
        self.assertTrue(stream.open)
        self.store.replicaof("NO", "ONE")
        self.model.release()
        self.assert_stream_is_whole(stream, attempts=[1])
        self.assert_completed(api, run, stream.transcript)
        self.assert_log_is_dense(run)
        self.assertIn("the store lost its tail", service.log())
        self.assertIn("Redis run_id changed", service.log())
        errors = self.store.info("errorstats")
        for error in ("READONLY", "UNBLOCKED", "MASTERDOWN"):
            self.assertIn(f"errorstat_{error}", errors)

    # P17

    def test_p17_a_worker_that_is_left_with_the_old_master_stops(self):
        self.store.config_set("min-replicas-max-lag", 1)
        self.follow(self.other_store, self.redis)
        self.store.config_set("min-replicas-to-write", 1)
        self.start_worker()
        proxy = self.start_proxy(self.redis.address)
        api = self.connect(self.start_gateway(redis=proxy.address))
        wait.until(lambda: api.stub.ListAgents(
            pb.ListAgentsRequest()).agents, "a worker's agent")
        run, stream = self.read_pieces(api, 3)
        self.wait_for_same()
        # The world is led to the other Redis; the worker is left behind.
        self.other_store.replicaof("NO", "ONE")
        proxy.lead_to(self.other.address)
        before = self.entries(run.conversation_id)
        self.model.calls[0].release()
        self.assertTrue(self.model.calls[0].gone.wait(20))
        self.assertEqual(self.entries(run.conversation_id), before)
        self.start_worker(redis=proxy.address)
        self.model.wait_for_calls(2)
        self.model.release()
        self.assert_stream_is_whole(stream, attempts=[1, 2])
        self.assert_whole(api.read(run), "".join(PIECES))
        self.assertIn("errorstat_NOREPLICAS", self.store.info("errorstats"))
        # Back under the new master, the old one has nothing to add.
        self.store.config_set("min-replicas-to-write", 0)
        self.follow(self.store, self.other)
        self.assert_log_is_dense(run)
        self.assert_one_end(run)
        self.assert_attempts_do_not_mix(run)


if __name__ == "__main__":
    unittest.main(verbosity=2)
