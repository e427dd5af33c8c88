"""Clients that leave or are slow, services that drain, and workers that die:
what becomes of the streams over HTTP.
"""

import json
import os
import pathlib
import socket
import unittest

from harness import wait
from harness.api import Api
from harness.case import Case
from harness.generated import pb
from harness.http_api import HttpApi, text_of, types_of
from harness.http_case import RUN, HttpCase
from harness.model_server import Turn
from harness.transcript import Transcript

PIECES = [f"piece {number} " for number in range(8)]
# Far above what a stream that is not read may cost, far below its answer.
GROWTH_MAX_KIB = 16 * 1024


def resident_kib(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in status.splitlines()
                    if line.startswith("VmRSS:")).split()[1])


class HttpStreamEnds(HttpCase):

    def setUp(self):
        self.start_http({
            "hello": [Turn(PIECES)],
            "hold": [Turn(PIECES, hold_before=4)],
            "much": [Turn(["first"] + ["x" * 131072] * 48, hold_before=1)]})

    def test_a_client_that_leaves_makes_room(self):
        gateway = HttpApi(self.start_another("--max_streams=1").http)
        self.http.run("hold", conversation_id="c")
        stream = gateway.open("/api/agent/stream/c", accept="*/*")
        self.assertEqual(stream.status, 200)
        full = gateway.get("/api/agent/stream/c", accept="*/*")
        self.assertEqual((full.status, full.error["reason"]),
                         (429, "STREAM_LIMIT"))
        browser = gateway.get("/api/agent/stream/c",
                              accept="text/event-stream")
        self.assertEqual(browser.status, 200)
        self.assertTrue(browser.text.startswith("retry: 2000\n"))
        stream.close()

        def again():
            stream = gateway.open("/api/agent/stream/c", accept="*/*")
            stream.close()
            return stream.status == 200

        wait.until(again, "room for another stream")
        self.model.release()

    def test_clients_that_stop_reading_cost_little_and_lose_nothing(self):
        gateway = self.start_another()
        http = HttpApi(gateway.http)
        self.http.run("much", conversation_id="c")
        clients = [self._started(http.open("/api/agent/stream/c"))
                   for _ in range(8)]
        readers = [iter(client) for client in clients]
        for events in readers:
            self.assertEqual(next(events).data, "first")
        before = resident_kib(gateway.process)
        self.model.release()
        wait.until(lambda: self.grpc.stub.ListRuns(pb.ListRunsRequest(
            conversation_id="c")).runs[0].state == pb.Run.COMPLETED,
            "the run to end", deadline_s=60)
        grown = resident_kib(gateway.process) - before
        print(f"8 stopped streams: {grown} KiB")
        if "ASAN_OPTIONS" not in os.environ:
            self.assertLess(grown, GROWTH_MAX_KIB)
        expected = "x" * 131072 * 48
        for events in readers:
            rest = list(events)
            self.assertEqual(rest[-1].type, "done")
            self.assertTrue(text_of(rest) == expected)

    def test_a_drain_ends_streams_in_order_and_exits_0(self):
        gateway = self.start_another("--drain_timeout=1s")
        http = HttpApi(gateway.http)
        self.http.run("hold", conversation_id="c")
        stream = self._started(http.open("/api/agent/stream/c"))
        events = iter(stream)
        seen = []
        while text_of(seen) != "".join(PIECES[:4]):
            seen.append(next(events))
        gateway.terminate()
        seen += list(events)
        self.assertEqual(types_of(seen), ["message", "error"])
        self.assertIn("draining", seen[-1].data)
        self.assertEqual(seen[-1].last_id, seen[-2].last_id)
        self.assertEqual(gateway.wait_for_exit(), 0)
        self.model.release()
        rest = self.http.stream("c", last_event_id=seen[-1].last_id)
        self.assertEqual(text_of(rest), "".join(PIECES[4:]))

    def test_while_it_drains_it_is_unhealthy_and_takes_no_runs(self):
        gateway = self.start_another("--drain_timeout=20s")
        http = HttpApi(gateway.http)
        self.http.run("hold", conversation_id="c")
        events = iter(self._started(http.open("/api/agent/stream/c")))
        next(events)
        gateway.terminate()
        reply = wait.until(
            lambda: (r := http.get("/api/health")).status == 503 and r,
            "the drain to begin")
        self.assertEqual(reply.json["reason"], "DRAINING")
        self.assertEqual(reply.headers["connection"], "close")
        self.assertEqual(http.call("POST", RUN, "hello").error["reason"],
                         "DRAINING")
        self.model.release()
        self.assertEqual(list(events)[-1].type, "done")
        self.assertEqual(gateway.wait_for_exit(), 0)

    def test_who_waits_for_an_answer_while_it_drains_is_told_it_goes_on(self):
        gateway = self.start_another("--drain_timeout=1s")
        host, _, port = gateway.http.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=30) as waiter:
            waiter.sendall(
                f"POST {RUN}?wait_for_response=1&conversation_id=c HTTP/1.0\r\n"
                "Content-Length: 4\r\n\r\nhold".encode())
            wait.until(lambda: self.http.get("/api/conversations/c").status ==
                       200, "the run to be accepted")
            gateway.terminate()
            reply = b""
            while block := waiter.recv(65536):
                reply += block
        self.assertIn(b" 202 Accepted\r\n", reply)
        self.assertIn(b'"status":"running"', reply)
        self.assertEqual(gateway.wait_for_exit(), 0)
        self.model.release()
        transcript = Transcript(self.grpc.chunks("c"))
        self.assert_whole(transcript, "".join(PIECES))


class HttpTakeover(Case):
    """A worker dies; its streams, on a gateway that lives, say what falls."""

    def test_a_second_attempt_is_told_in_both_forms(self):
        model = self.start_model({"hold": [Turn(PIECES, hold_before=4)]})
        redis = self.start_redis()
        worker = self.start_service(redis.address, "--lease=1s", role="worker",
                                    environment=model.environment)
        gateway = self.start_service(redis.address, "--lease=1s",
                                     role="gateway", http_listen="127.0.0.1:0")
        http = HttpApi(gateway.http)
        wait.until(lambda: http.get("/api/agents").json["agents"],
                   "a worker's agent")
        http.run("hold", conversation_id="c")
        events = iter(self._started(http.open("/api/agent/stream/c")))
        plain = self._started(http.open("/api/agent/stream/c",
                                        accept="text/plain"))
        seen = []
        while text_of(seen) != "".join(PIECES[:4]):
            seen.append(next(events))
        worker.kill()
        model.release()
        self.start_service(redis.address, "--lease=1s", role="worker",
                           environment=model.environment)
        seen += list(events)
        self.assertEqual(types_of(seen),
                         ["message", "restarted", "message", "done"])
        restarted = next(event for event in seen if event.type == "restarted")
        self.assertEqual(json.loads(restarted.data),
                         {"attempt": 2, "discard_after": ""})
        self.assertEqual(plain.read_to_end().decode(),
                         "".join(PIECES[:4]) + "\n[Restarted]\n"
                         + "".join(PIECES) + "\n")
        with Api(gateway.address) as grpc:
            self.assert_whole(Transcript(grpc.chunks("c", "0-0")),
                              "".join(PIECES))


if __name__ == "__main__":
    unittest.main(verbosity=2)
