"""P1, P2, P3: the service that takes a request dies before, in and after its
acceptance. Method: abort points for the first two; for the third a client
behind a proxy that loses the reply.

See the table of crash points in docs/reliability.md."""

import unittest
import uuid

import grpc

from harness import wait
from harness.agent_client import start_agent_client
from harness.api import Api
from harness.crash_case import CrashCase
from harness.generated import pb


class Admission(CrashCase):

    def setUp(self):
        super().setUp()
        self.worker = self.start_worker()
        self.sound = self.connect(self.start_gateway())

    def ask_and_see_it_die(self, gateway, key="", conversation="c"):
        """A request that ends UNAVAILABLE, with its service dead."""
        api = self.connect(gateway)
        with self.assertRaises(grpc.RpcError) as caught:
            api.run("hello", conversation, key)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAVAILABLE)
        self.wait_for_death(gateway)

    def assert_only_run(self, run):
        """It completes, and the conversation has no other."""
        self.assert_completed(self.sound, run, self.sound.read(run))
        self.assertEqual([known.run_id for known in
                          self.sound.runs(run.conversation_id)], [run.run_id])
        self.assertEqual(len(self.model.calls), 1)
        self.assert_nothing_left_to_do()

    def test_p01_a_request_lost_before_it_was_stored_is_one_run_when_repeated(
            self):
        key = str(uuid.uuid4())
        self.ask_and_see_it_die(self.start_gateway(abort_at="before_admit"),
                                key)
        self.assertEqual(self.store.keys("{agent-stream:c}*"), [])
        self.assert_only_run(self.sound.run("hello", "c", key))

    def test_p01_without_a_retry_there_is_nothing(self):
        self.ask_and_see_it_die(self.start_gateway(abort_at="before_admit"))
        with self.assert_status(grpc.StatusCode.NOT_FOUND,
                                "CONVERSATION_NOT_FOUND"):
            self.sound.runs("c")
        self.assertEqual(self.model.calls, [])

    def test_p02_a_run_without_a_wake_up_is_the_same_when_repeated(self):
        key = str(uuid.uuid4())
        self.ask_and_see_it_die(self.start_gateway(abort_at="after_admit"),
                                key)
        accepted = self.sound.runs("c")[0]
        run = self.sound.run("hello", "c", key)
        self.assertEqual(run.run_id, accepted.run_id)
        self.assertEqual(run.accept_time, accepted.accept_time)
        self.assert_only_run(run)

    def test_p02_a_repeated_request_wakes_a_worker_that_does_not_sweep(self):
        # Nobody is told of the first: its due entry and its hint are gone.
        key = str(uuid.uuid4())
        self.worker.terminate()
        self.worker.wait_for_exit()
        self.ask_and_see_it_die(self.start_gateway(abort_at="after_admit"),
                                key)
        self.assertEqual(self.hints(), [])
        self.assertEqual(self.due(), ["c"])
        self.sound.run("hello", "c", key)
        wait.until(lambda: self.hints() == ["c"], "a hint")

    def test_p02_a_run_without_a_wake_up_is_started_by_the_sweep(self):
        self.ask_and_see_it_die(self.start_gateway(abort_at="after_admit"))
        # No answer told its name.
        run = pb.RunAgentResponse(conversation_id="c",
                                  run_id=self.sound.runs("c")[0].run_id)
        # Nobody reads, nobody asks again.
        wait.until(lambda: self.model.calls, "the sweep to start it")
        wait.until(lambda: self.sound.get_run(run).state
                   == pb.Run.COMPLETED, "its end")
        self.assertEqual(len(self.sound.runs("c")), 1)
        self.assert_nothing_left_to_do()

    def test_p03_a_run_whose_acceptance_was_not_heard_is_the_same_when_repeated(
            self):
        gateway = self.start_gateway()
        proxy = self.start_proxy(gateway.address)
        key = str(uuid.uuid4())
        with Api(proxy.address) as api:
            grpc.channel_ready_future(api.channel).result(timeout=20)
            proxy.hold_answers()
            call = api.stub.RunAgent.future(pb.RunAgentRequest(
                agent="TravelPlanner", message="hello", conversation_id="c",
                request_id=key))
            wait.until(lambda: self.model.calls, "a worker to be woken")
            proxy.wait_until_held()
            gateway.kill()
            proxy.cut()
            self.assertEqual(call.code(), grpc.StatusCode.UNAVAILABLE)
        proxy.wait_until_lost()
        self.assert_only_run(self.sound.run("hello", "c", key))

    def test_p01_agent_client_goes_on_by_itself(self):
        # It repeats with its key at the service that takes the address over.
        dying = self.start_gateway(abort_at="before_admit")
        client = start_agent_client(dying.address, "run", "TravelPlanner",
                                    "hello")
        self.addCleanup(client.kill)
        self.wait_for_death(dying)
        self.start_gateway(grpc_listen=dying.address)
        said, errors = client.communicate(timeout=60)
        self.assertEqual(client.returncode, 0, errors)
        self.assertIn('"completed"', said)
        self.assertEqual(len(self.model.calls), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
