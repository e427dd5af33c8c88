"""P20, P21, P23: what Redis held is gone, it is full, or it forgot its scripts.
Method: FLUSHALL, SWAPDB, its own settings, SCRIPT FLUSH.

See the table of crash points in docs/reliability.md."""

import threading
import unittest

import grpc

from harness import wait
from harness.generated import pb
from harness.model_server import Turn
from harness.processes import resident_kib
from harness.redis_fault_case import PIECES, SHORT_LEASE, RedisFaultCase
from harness.service import run_to_its_end

LARGE = ["0123456789abcdef" * 8192] * 120  # 15 MiB
# What a worker may grow by while it is not rid of them; it keeps 1 MiB.
GROWTH_MAX_KIB = 8 * 1024
RUNS = 12
# How soon one is told, generously for a loaded machine: not the half minute of
# the look for lost wake-ups.
SOON_S = 15


class Store(RedisFaultCase):

    answers = {"much": [Turn(["first"] + LARGE, hold_before=1)]}

    def wait_for_readiness(self, api, serving):
        wait.until(lambda: self.is_serving(api) == serving,
                   f"readiness to be {serving}")

    # P20

    def lose_everything(self, service, lose):
        api = self.connect(service)
        self.wait_for_readiness(api, True)
        wait.until(lambda: self.store.exists("agent-store"),
                   "the store to be named")
        run, stream = self.read_half(api)
        lose()
        self.wait_for_readiness(api, False)
        stream.wait_for_end(SOON_S)
        self.assert_failed(stream.error, grpc.StatusCode.DATA_LOSS,
                           "STATE_LOST")
        # The worker is told that it has nothing left, and stops.
        self.assertTrue(self.model.calls[0].gone.wait(SOON_S))
        self.wait_for_readiness(api, True)
        self.assertIn("the store was emptied", service.log())
        with self.assert_status(grpc.StatusCode.NOT_FOUND,
                                "CONVERSATION_NOT_FOUND"):
            api.chunks(run.conversation_id)
        self.model.release()
        again = api.run("hello", run.conversation_id)
        self.assert_completed(api, again, api.read(again))

    def test_p20_a_store_that_was_emptied_is_told_and_used_again(self):
        self.lose_everything(self.start_all(lease=SHORT_LEASE),
                             self.store.flushall)

    def test_p20_another_database_is_told_by_a_gateway_as_well(self):
        self.start_worker()
        self.lose_everything(self.start_gateway(),
                             lambda: self.store.swapdb(0, 1))

    def test_p20_a_redis_that_comes_to_evict_is_not_ready(self):
        api = self.connect(self.start_all())
        self.wait_for_readiness(api, True)
        self.store.config_set("maxmemory-policy", "allkeys-lru")
        self.wait_for_readiness(api, False)
        status, said = run_to_its_end(
            f"--redis={self.redis.address}", "--grpc_listen=127.0.0.1:0",
            "--http_listen=")
        self.assertNotEqual(status, 0)
        self.assertIn("noeviction", said)
        self.store.config_set("maxmemory-policy", "noeviction")
        self.wait_for_readiness(api, True)

    def test_p20_a_conversation_that_was_evicted_stops_its_worker(self):
        api = self.connect(self.start_all(lease=SHORT_LEASE))
        run, stream = self.read_half(api)
        self.store.delete(*self.store.keys(f"*{run.conversation_id}*"))
        self.assertTrue(self.model.calls[0].gone.wait(SOON_S))
        with self.assertRaises(grpc.RpcError) as caught:
            api.chunks(run.conversation_id, stream.cursor)
        self.assertIn(caught.exception.code(), (
            grpc.StatusCode.NOT_FOUND, grpc.StatusCode.DATA_LOSS))

    # P21

    def fill(self, api):
        """Redis takes no more, and says so to whoever comes."""
        self.store.config_set("maxmemory", 1)
        with self.assertRaises(grpc.RpcError) as refused:
            api.run("hello")
        self.assert_failed(refused.exception,
                           grpc.StatusCode.RESOURCE_EXHAUSTED, "STORE_FULL",
                           retry=True)

    def wait_for_lapse(self, run):
        """The lease that Redis knows of has passed: anybody might begin."""
        lease = float(self.record(run.conversation_id,
                                  f"lease:{run.run_id}")[0]) / 1000
        wait.until(lambda: self.store.time()[0] > lease + 1,
                   "the lease to pass")

    def test_p21_a_full_store_is_read_from_and_waited_for(self):
        service = self.start_all(lease=SHORT_LEASE)
        api = self.connect(service)
        first = api.run("hello")
        self.assert_whole(api.read(first), "".join(PIECES))
        run = api.run("much")
        stream = self.open_stream(api, run)
        stream.wait_for_text("first")
        before = resident_kib(service.process)
        self.fill(api)
        other = self.start_all(lease=SHORT_LEASE)
        call = self.model.calls[-1]
        call.release()
        self.wait_for_lapse(run)
        # Reads go on; what is said waits with the model, not with the worker.
        self.assert_whole(api.read(first), "".join(PIECES))
        self.assertEqual(api.get_run(run).state, pb.Run.RUNNING)
        self.assertTrue(self.is_serving(api))
        self.assertFalse(call.said.is_set())
        self.assertLess(resident_kib(service.process) - before,
                        GROWTH_MAX_KIB)
        self.assertTrue(stream.open)
        self.store.config_set("maxmemory", 0)
        self.assert_stream_is_whole(stream, attempts=[1],
                                    text="first" + "".join(LARGE))
        self.assert_log_is_dense(run)
        self.assertNotIn(run.run_id, other.log())

    # P23

    def test_p23_scripts_that_redis_forgets_are_never_missed(self):
        api = self.connect(self.start_all())
        over = threading.Event()

        def flush():
            with self.redis.connect() as store:
                while not over.is_set():
                    store.script_flush()

        flushing = threading.Thread(target=flush)
        flushing.start()
        try:
            runs = [api.run("hello", f"c{number}") for number in range(RUNS)]
            streams = [self.open_stream(api, run) for run in runs]
            for run, stream in zip(runs, streams):
                api.get_run(run)
                self.assert_stream_is_whole(stream, attempts=[1])
            self.assertEqual(len(api.stub.ListConversations(
                pb.ListConversationsRequest()).conversations), RUNS)
        finally:
            over.set()
            flushing.join()
        self.assertEqual(self.failed_calls, [])
        missed = self.store.info("errorstats")["errorstat_NOSCRIPT"]["count"]
        self.assertGreater(missed, RUNS)


if __name__ == "__main__":
    unittest.main(verbosity=2)
