"""P13, P22: Redis dies and comes back, loads, is busy or has too few replicas;
connections break and replies are lost. Method: kill -9, Redis' own settings,
and a proxy that cuts.

See the table of crash points in docs/reliability.md."""

import threading
import unittest

import redis

from harness import wait
from harness.api import read_through_faults
from harness.generated import pb
from harness.model_server import Turn
from harness.redis_fault_case import PIECES, RedisFaultCase, leak_in

FLOOD = [f"{number} " for number in range(2000)]
PART = 200  # behind each the model holds


class Outage(RedisFaultCase):

    answers = {"flood": [Turn(
        FLOOD, hold_before=tuple(range(0, len(FLOOD), PART)))]}

    def ask_to_run(self, api):
        """RunAgent in the background."""
        return api.stub.RunAgent.future(
            pb.RunAgentRequest(agent="TravelPlanner", message="hello"),
            timeout=60)

    def wait_for_heartbeat(self, stream):
        before = stream.heartbeats
        wait.until(lambda: stream.heartbeats > before or not stream.open,
                   "a heartbeat")
        self.assertTrue(stream.open, stream.error)

    def refusal_of(self, store):
        """The error that Redis answers with, or None."""
        try:
            store.get("any")
            return None
        except redis.exceptions.RedisError as error:
            return f"{type(error).__name__} {error}".lower()

    # P13

    def test_p13_a_stream_is_held_until_redis_has_loaded(self):
        api = self.connect(self.start_all())
        run, stream = self.read_half(api)
        with self.store.pipeline(transaction=False) as filler:
            for number in range(12000):
                filler.set(f"filler-{number}", "")
            filler.execute()
        self.redis.kill()
        self.redis.launch("--key-load-delay", "300")
        wait.until(lambda: "loading" in (self.refusal_of(self.store) or ""),
                   "Redis to load")
        refused = self.ask_to_run(api)
        self.wait_for_heartbeat(stream)
        self.assertIn("loading", self.refusal_of(self.store))
        self.store.config_set("key-load-delay", 0)
        self.model.release()
        self.assert_stream_is_whole(stream, attempts=[1])
        self.assert_completed(api, run, stream.transcript)
        refused.exception()  # either; its status is looked at with the others

    def test_p13_an_outage_ends_streams_with_all_that_is_needed(self):
        service = self.start_all("--store_outage_hold=2s")
        api = self.connect(service)
        run, stream = self.read_half(api)
        self.redis.kill()
        refused = self.ask_to_run(api)
        self.wait_for_heartbeat(stream)
        stream.wait_for_end()
        metadata = self.assert_unavailable(stream.error)
        self.assertEqual(metadata["cursor"], stream.cursor)
        # The hold counts from the outage, not from the first command that
        # failed for it, five seconds later.
        self.assertFalse(refused.done())
        self.assert_unavailable(refused.exception())
        self.assertEqual(len(self.failed_calls), 2)
        self.redis.start()
        self.model.release()
        whole = read_through_faults(
            lambda: self.connect_to(service.address), run, stream.transcript)
        self.assert_completed(api, run, whole)

    def test_p13_a_stream_that_only_waits_is_held_and_ended_as_well(self):
        api = self.connect(self.start_all("--store_outage_hold=1s"))
        run, stream = self.read_half(api)
        self.redis.kill()
        stream.wait_for_end()
        self.assert_unavailable(stream.error)
        late = self.open_stream(api, run, stream.cursor)
        late.wait_for_end()
        self.assert_unavailable(late.error)

    # P22

    def test_p22_a_busy_redis_is_waited_for_and_then_unavailable(self):
        api = self.connect(self.start_all())
        run, stream = self.read_half(api)
        self.store.config_set("busy-reply-threshold", 1)
        busy = threading.Thread(target=self.keep_busy)
        busy.start()
        self.addCleanup(busy.join)
        wait.until(lambda: "busy" in (self.refusal_of(self.store) or ""),
                   "Redis to be busy")
        early = self.ask_to_run(api)
        self.assert_unavailable(early.exception())
        late = self.ask_to_run(api)
        self.model.release()
        self.wait_for_heartbeat(stream)
        self.store.script_kill()
        self.assertIsNone(late.exception())
        self.assert_stream_is_whole(stream, attempts=[1])
        self.assert_completed(api, run, stream.transcript)
        self.assert_whole(api.read(late.result()), "".join(PIECES))

    def keep_busy(self):
        with self.redis.connect() as store:
            try:
                store.eval("while true do end", 0)
            except redis.exceptions.RedisError:
                pass  # killed

    def test_p22_too_few_replicas_are_waited_for_and_then_unavailable(self):
        api = self.connect(self.start_all())
        run, stream = self.read_half(api)
        self.store.config_set("min-replicas-to-write", 1)
        early = self.ask_to_run(api)
        self.model.release()
        # Reading is not writing.
        self.assertEqual(api.get_run(run).state, pb.Run.RUNNING)
        self.assert_unavailable(early.exception())
        late = self.ask_to_run(api)
        self.assertTrue(stream.open)
        self.store.config_set("min-replicas-to-write", 0)
        self.assertIsNone(late.exception())
        self.assert_stream_is_whole(stream, attempts=[1])
        self.assert_completed(api, run, stream.transcript)

    def test_what_redis_says_would_be_seen_in_a_status(self):
        for text in ("LOADING Redis is loading the dataset in memory",
                     "READONLY You can't write against a read only replica.",
                     "-NOREPLICAS Not enough good replicas to write.",
                     "script: 1a2b, on @user_script:17",
                     "no such key: {agent-stream:c}:m",
                     "cannot connect to 127.0.0.1:6379"):
            self.assertIsNotNone(leak_in(text), text)
        self.assertIsNone(leak_in("the store did not answer in time"))

    # Connections that break, replies that are lost.

    def flood_through(self, service, strike):
        """An answer of many pieces, with a blow for each part of it."""
        api = self.connect(service)
        run = api.run("flood")
        stream = self.open_stream(api, run)
        call = self.model.wait_for_calls(1)
        for end in range(PART, len(FLOOD) + 1, PART):
            strike()
            call.release()
            stream.wait_for_text("".join(FLOOD[:end]))
        self.assert_stream_is_whole(stream, [1], "".join(FLOOD))
        self.assert_log_is_dense(run)
        self.assert_whole(api.read(run), "".join(FLOOD))
        self.assertEqual(self.failed_calls, [])

    def test_connections_that_redis_drops_are_never_seen(self):
        dropped = []

        def strike():
            for kind in ("normal", "pubsub"):
                dropped.append(self.store.client_kill_filter(
                    _type=kind, skipme=True))

        self.flood_through(self.start_all(), strike)
        self.assertGreater(sum(dropped), 10)

    def test_replies_that_are_lost_double_nothing(self):
        proxy = self.start_proxy(self.redis.address)
        self.flood_through(self.start_all(redis=proxy.address),
                           lambda: proxy.cut_after(200))
        self.assertGreater(proxy.cuts, 5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
