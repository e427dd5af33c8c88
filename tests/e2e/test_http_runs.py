"""Starting a run over HTTP: what may be sent, and what is answered."""

import unittest

from harness.http_api import HttpApi
from harness.http_case import RUN, HttpCase
from harness.model_server import Turn

PIECES = ["Two days ", "in Lisbon."]


class HttpRuns(HttpCase):

    def setUp(self):
        self.start_http({
            "hello": [Turn(PIECES)],
            "look": [Turn(["Let me look. "],
                          [("get_weather_forecast",
                            '{"destination":"Lisbon","date":"2026-05-01"}')]),
                     Turn(["Take a coat."])],
            "slowly": [Turn(["one ", "two"], hold_before=1)]},
            "--http_wait_timeout=20s")

    def test_a_run_is_accepted_at_once_with_its_ids(self):
        reply = self.http.post_json(RUN, {"message": "hello"})
        self.assertEqual(reply.status, 202)
        run = reply.json
        self.assertEqual(
            list(run), ["status", "response", "conversation_id", "thread_id",
                        "correlation_id", "run_id", "cursor", "message"])
        self.assertEqual(
            (run["status"], run["response"], run["message"], run["cursor"]),
            ("accepted", "Agent request accepted", "hello", "0-0"))
        self.assertEqual(run["conversation_id"], run["thread_id"])
        self.assertEqual(run["correlation_id"], run["run_id"])
        for name in ["x-conversation-id", "x-ms-thread-id"]:
            self.assertEqual(reply.headers[name], run["conversation_id"])

    def test_any_other_body_is_the_message_itself(self):
        for content_type in ["text/plain",
                             "application/x-www-form-urlencoded"]:
            reply = self.http.call("POST", RUN + "?conversation_id=c1",
                                   "hello", content_type=content_type)
            self.assertEqual(reply.status, 202)
            self.assertEqual(reply.json["message"], "hello")
            self.assertEqual(reply.json["conversation_id"], "c1")

    def test_the_agents_name_is_taken_in_any_case(self):
        reply = self.http.call("POST", "/api/agents/travelplanner/run", "hello")
        self.assertEqual(reply.status, 202)

    def test_in_plain_text_the_acceptance_is_a_sentence(self):
        reply = self.http.call("POST", RUN, "hello", accept="text/plain")
        self.assertEqual(reply.status, 202)
        self.assertEqual(reply.text, "Agent request accepted")
        self.assertTrue(reply.headers["content-type"].startswith("text/plain"))
        self.assertTrue(reply.headers["x-conversation-id"])

    def test_who_waits_gets_the_whole_answer(self):
        reply = self.http.post_json(
            RUN, {"message": "look", "wait_for_response": True})
        self.assertEqual(reply.status, 200, reply.body)
        answer = reply.json
        self.assertEqual(answer["status"], "success")
        self.assertEqual(answer["response"], "Let me look. Take a coat.")
        self.assertEqual(answer["usage"],
                         {"input_tokens": 14, "output_tokens": 22})
        conversation = self.http.get(
            f"/api/conversations/{answer['conversation_id']}").json
        self.assertEqual(answer["message_count"],
                         len(conversation["messages"]))

    def test_the_wish_to_wait_may_come_in_header_or_query(self):
        for query, headers in [("", {"x_ms_wait_for_response": "true"}),
                               ("?wait_for_response=1", {})]:
            reply = self.http.call("POST", RUN + query, "hello",
                                   accept="text/plain", **headers)
            self.assertEqual((reply.status, reply.text),
                             (200, "".join(PIECES)))

    def test_a_failed_run_is_a_bad_gateway_to_who_waits(self):
        self.model.close()  # nothing is there to be asked
        reply = self.http.post_json(
            RUN, {"message": "hello", "wait_for_response": True,
                  "timeout_seconds": 0.5})
        self.assertEqual(reply.status, 502, reply.body)
        self.assertEqual(reply.json["status"], "failed")
        self.assertEqual(reply.json["error"]["reason"], "RUN_TIMEOUT")
        self.assertTrue(reply.json["error"]["message"])

    def test_a_run_that_outlasts_the_wait_is_running(self):
        impatient = HttpApi(self.start_another("--http_wait_timeout=1s").http)
        reply = impatient.post_json(
            RUN, {"message": "slowly", "wait_for_response": "yes"})
        self.assertEqual(reply.status, 202, reply.body)
        self.assertEqual(reply.json["status"], "running")
        self.model.release()
        self.ended(reply.json)

    def test_a_repeated_key_is_the_same_run(self):
        first = self.http.call("POST", RUN, "hello", idempotency_key="key-1")
        again = self.http.call("POST", RUN, "hello", idempotency_key="key-1")
        in_body = self.http.post_json(RUN, {"message": "hello",
                                            "request_id": "key-1"})
        self.assertEqual(first.json, again.json)
        self.assertEqual(first.json, in_body.json)
        over_grpc = self.grpc.run("hello", request_id="key-1")
        self.assertEqual(over_grpc.run_id, first.json["run_id"])
        self.assert_error(
            self.http.call("POST", RUN, "other", idempotency_key="key-1"),
            409, "ALREADY_EXISTS", "REQUEST_ID_REUSED")

    def test_who_repeats_and_waits_gets_the_answer_of_the_first(self):
        run = self.ended(self.http.run("hello", request_id="key-2"))
        reply = self.http.post_json(
            RUN, {"message": "hello", "request_id": "key-2",
                  "wait_for_response": True})
        self.assertEqual(reply.json["response"], "".join(PIECES))
        self.assertEqual(reply.json["run_id"], run["run_id"])

    def test_ids_that_do_not_agree_are_refused(self):
        self.assert_error(
            self.http.post_json(RUN + "?conversation_id=a",
                                {"message": "hello", "conversation_id": "b"}),
            400, "INVALID_ARGUMENT", "FIELD_INVALID")

    def test_who_waits_is_told_of_a_cancellation(self):
        run = self.http.run("slowly", conversation_id="c5", request_id="key-5")
        self.http.call("POST",
                       f"/api/conversations/c5/runs/{run['run_id']}/cancel")
        reply = self.http.post_json(
            RUN, {"message": "slowly", "conversation_id": "c5",
                  "request_id": "key-5", "wait_for_response": True})
        self.assertEqual((reply.status, reply.json["status"]),
                         (502, "cancelled"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
