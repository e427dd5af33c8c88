"""Every other route of the HTTP API, and every form of an error."""

import re
import unittest

from harness import wait
from harness.generated import pb
from harness.http_api import HttpApi
from harness.http_case import RUN, HttpCase
from harness.model_server import Turn

PIECES = ["Two days ", "in Lisbon."]


class HttpRoutes(HttpCase):

    def setUp(self):
        self.start_http({
            "hello": [Turn(PIECES)],
            "again": [Turn(["Once more."])],
            "slowly": [Turn(["one ", "two"], hold_before=1)]})

    # Reading and changing.

    def test_agents_are_listed(self):
        agents = self.http.get("/api/agents").json["agents"]
        self.assertEqual([agent["name"] for agent in agents],
                         ["TravelPlanner"])
        self.assertEqual(agents[0]["workers"], 1)
        self.assertIn("get_weather_forecast", agents[0]["tools"])

    def test_a_conversation_is_shown_with_its_messages(self):
        run = self.ended(self.http.run("hello", conversation_id="c2"))
        reply = self.http.get("/api/conversations/c2")
        shown = reply.json
        self.assertEqual(reply.headers["x-conversation-id"], "c2")
        self.assertEqual((shown["conversation_id"], shown["thread_id"]),
                         ("c2", "c2"))
        self.assertEqual(
            [(message["role"], message["text"], message["correlation_id"])
             for message in shown["messages"]],
            [("USER", "hello", run["run_id"]),
             ("ASSISTANT", "".join(PIECES), run["run_id"])])
        self.assertRegex(shown["create_time"],
                         r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")

    def test_conversations_are_listed_page_by_page(self):
        for name in ["p1", "p2", "p3"]:
            self.ended(self.http.run("hello", conversation_id=name))
        seen, token = [], ""
        while True:
            page = self.http.get("/api/conversations?page_size=2&agent="
                                 f"TravelPlanner&page_token={token}").json
            seen += [c["conversation_id"] for c in page["conversations"]]
            token = page["next_page_token"]
            if not token:
                break
        self.assertEqual(sorted(seen), ["p1", "p2", "p3"])
        self.assertEqual(
            self.http.get("/api/conversations?agent=Other").json
            ["conversations"], [])

    def test_runs_are_listed_and_shown(self):
        first = self.ended(self.http.run("hello", conversation_id="c3"))
        second = self.ended(self.http.run("again", conversation_id="c3"))
        runs = self.http.get("/api/conversations/c3/runs").json["runs"]
        self.assertEqual([run["run_id"] for run in runs],
                         [second["run_id"], first["run_id"]])
        page = self.http.get("/api/conversations/c3/runs?page_size=1").json
        self.assertEqual(len(page["runs"]), 1)
        self.assertTrue(page["next_page_token"])
        run = self.http.get(
            f"/api/conversations/c3/runs/{first['run_id']}").json
        self.assertEqual((run["state"], run["attempt"], run["message"]),
                         ("COMPLETED", 1, "hello"))
        self.assertEqual(run["chunk_count"], len(PIECES) + 2)

    def test_a_run_is_cancelled(self):
        run = self.http.run("slowly", conversation_id="c4")
        reply = self.http.call(
            "POST", f"/api/conversations/c4/runs/{run['run_id']}/cancel")
        self.assertEqual(reply.status, 200)
        self.assertTrue(reply.json["cancel_requested"])
        events = self.http.stream("c4")
        self.assertEqual(events[-1].type, "cancelled")

    def test_a_conversation_is_deleted(self):
        run = self.http.run("slowly", conversation_id="c6")
        wait.until(lambda: self.http.get(
            f"/api/conversations/c6/runs/{run['run_id']}").json["state"] ==
                   "RUNNING", "the run to begin")
        self.assert_error(self.http.call("DELETE", "/api/conversations/c6"),
                          409, "FAILED_PRECONDITION", "RUN_ACTIVE")
        reply = self.http.call("DELETE", "/api/conversations/c6?force=true")
        self.assertEqual((reply.status, reply.json), (200, {}))
        self.assert_error(self.http.get("/api/conversations/c6"),
                          404, "NOT_FOUND", "CONVERSATION_NOT_FOUND")

    # Health.

    def test_health_names_the_agents(self):
        reply = self.http.get("/api/health")
        self.assertEqual(reply.status, 200)
        self.assertEqual(reply.json, {
            "status": "healthy", "agents": [{"name": "TravelPlanner"}],
            "agent_count": 1})

    def test_health_tells_when_redis_is_away(self):
        self.redis.kill()
        reply = wait.until(
            lambda: (r := self.http.get("/api/health")).status == 503 and r,
            "the service to be unhealthy")
        self.assertEqual((reply.json["status"], reply.json["reason"]),
                         ("unhealthy", "STORE_UNAVAILABLE"))
        self.redis.start()
        wait.until(lambda: self.http.get("/api/health").status == 200,
                   "the service to be healthy again")

    # Errors.

    def test_every_error_has_its_status_code_and_reason(self):
        self.ended(self.http.run("hello", conversation_id="e1"))
        bad = "a" * 129
        cases = [
            (("POST", "/api/agents/nobody/run", "hi"),
             404, "NOT_FOUND", "AGENT_NOT_FOUND"),
            (("POST", RUN, ""), 400, "INVALID_ARGUMENT", "FIELD_INVALID"),
            (("GET", f"/api/conversations/{bad}"),
             400, "INVALID_ARGUMENT", "FIELD_INVALID"),
            (("GET", "/api/conversations/e1/runs/none"),
             404, "NOT_FOUND", "RUN_NOT_FOUND"),
            (("GET", "/api/conversations?page_size=x"),
             400, "INVALID_ARGUMENT", "FIELD_INVALID"),
            (("GET", "/api/conversations?page_size=1001"),
             400, "INVALID_ARGUMENT", "FIELD_INVALID"),
            (("GET", "/api/agent/stream/e1?cursor=x"),
             400, "INVALID_ARGUMENT", "CURSOR_MALFORMED"),
            (("GET", "/api/agent/stream/e1?wait=301"),
             400, "INVALID_ARGUMENT", "FIELD_INVALID"),
            (("GET", "/api/agent/stream/e1?run_id=none"),
             404, "NOT_FOUND", "RUN_NOT_FOUND"),
            (("GET", "/api/agent/stream/none"),
             404, "NOT_FOUND", "CONVERSATION_NOT_FOUND"),
            (("GET", "/api/nothing"), 404, "NOT_FOUND", "ROUTE_NOT_FOUND"),
            (("GET", "/nothing"), 404, "NOT_FOUND", "ROUTE_NOT_FOUND"),
            (("PUT", RUN, "hi"), 405, "UNIMPLEMENTED", "METHOD_NOT_ALLOWED"),
            (("POST", "/api/health"),
             405, "UNIMPLEMENTED", "METHOD_NOT_ALLOWED"),
        ]
        for call, status, code, reason in cases:
            with self.subTest(call):
                self.assert_error(self.http.call(*call), status, code, reason)

    def test_a_wrong_method_is_told_the_right_ones(self):
        reply = self.http.call("PATCH", "/api/conversations/c")
        self.assertEqual(reply.headers["allow"], "GET, HEAD, DELETE, OPTIONS")

    def test_options_says_what_may_be_done(self):
        reply = self.http.call("OPTIONS", RUN)
        self.assertEqual((reply.status, reply.headers["allow"]),
                         (204, "POST, OPTIONS"))
        self.assertNotIn("access-control-allow-origin", reply.headers)

    def test_head_is_get_without_the_body(self):
        reply = self.http.call("HEAD", "/api/agents")
        self.assertEqual((reply.status, reply.body), (200, b""))
        self.assertEqual(int(reply.headers["content-length"]),
                         len(self.http.get("/api/agents").body))
        self.ended(self.http.run("hello", conversation_id="h1"))
        stream = self.http.call("HEAD", "/api/agent/stream/h1")
        self.assertEqual((stream.status, stream.headers["content-type"]),
                         (200, "text/event-stream"))

    def test_while_redis_is_away_it_says_when_to_come_back(self):
        self.redis.kill()
        reply = self.http.call("POST", RUN, "hello")
        self.assert_error(reply, 503, "UNAVAILABLE", "STORE_UNAVAILABLE")
        self.assertGreaterEqual(int(reply.headers["retry-after"]), 1)
        self.assertNotRegex(reply.text, r"redis|/tmp|sock")
        self.redis.start()

    def test_a_cursor_that_expired_is_told_with_what_is_left(self):
        self.ended(self.http.run("hello", conversation_id="x1"))
        with self.redis.connect() as connection:
            keys = [key for key in connection.scan_iter("*")
                    if connection.type(key) == "stream" and "x1" in key]
            self.assertEqual(len(keys), 1)
            first = connection.xrange(keys[0])[1][0]
            connection.delete(keys[0])
        self.assert_error(
            self.http.get(f"/api/agent/stream/x1?cursor={first}"),
            410, "OUT_OF_RANGE", "STREAM_EXPIRED")

    def test_too_many_queued_runs_are_told_to_wait(self):
        http = HttpApi(self.start_another("--max_queued_runs=1").http)
        replies = [http.call("POST", RUN + "?conversation_id=q1", "slowly")
                   for _ in range(4)]
        full = replies[-1]
        self.assert_error(full, 429, "RESOURCE_EXHAUSTED", "MAILBOX_FULL")
        self.assertGreaterEqual(int(full.headers["retry-after"]), 1)
        self.model.release()

    def test_what_grpc_started_http_shows(self):
        run = self.grpc.run("hello", "shared")
        events = self.http.stream("shared", f"?run_id={run.run_id}")
        self.assertEqual(events[-1].type, "done")
        shown = self.grpc.stub.GetConversation(
            pb.GetConversationRequest(conversation_id="shared"))
        over_http = self.http.get("/api/conversations/shared").json
        self.assertEqual([m.text for m in shown.messages],
                         [m["text"] for m in over_http["messages"]])

    def test_a_run_id_is_an_id_everywhere(self):
        run = self.http.run("hello")
        self.assertTrue(re.fullmatch(r"[0-9a-f]{32}", run["run_id"]))
        self.assertTrue(re.fullmatch(r"[0-9a-f]{32}", run["conversation_id"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
