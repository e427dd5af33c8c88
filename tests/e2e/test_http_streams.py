"""Streams over HTTP: both forms, every kind of text, and resumed anywhere."""

import json
import unittest

from harness import wait
from harness.http_api import HttpApi, text_of, types_of
from harness.http_case import RUN, HttpCase
from harness.model_server import Turn

PIECES = [f"piece {number} " for number in range(8)]
AWKWARD = ["\n\nevent: done\ndata: [DONE]\n\n", "\rid: 9-9\r", "a\r\nb\n\rc",
           "\u2028\u2029\u0085", ": comment", "data: x\n", " leading",
           "retry: 1", "\U0001f389\u2708\ufe0f", "\t", "[DONE]", "last"]


def as_lf(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


class HttpStreams(HttpCase):

    def setUp(self):
        self.start_http({
            "hello": [Turn(PIECES)],
            "and then?": [Turn(["Then ", "the sea."])],
            "awkward": [Turn(AWKWARD)],
            "look": [Turn(["Let me look. "],
                          [("get_weather_forecast",
                            '{"destination":"Lisbon","date":"2026-05-01"}')]),
                     Turn(["Take a coat."])],
            "hold": [Turn(PIECES, hold_before=4)]}, "--lease=2s")

    def half_read(self, conversation):
        """A run that is held in its middle, and what came so far."""
        self.http.run("hold", conversation_id=conversation)
        stream = self.opened(f"/api/agent/stream/{conversation}")
        events = iter(stream)
        seen = []
        while text_of(seen) != "".join(PIECES[:4]):
            seen.append(next(events))
        return stream, events, seen

    # The forms.

    def test_events_carry_the_text_piece_by_piece_and_end_with_done(self):
        self.http.run("hello", conversation_id="c")
        stream = self.opened("/api/agent/stream/c")
        events = list(stream)
        self.assertEqual(stream.status, 200)
        self.assertEqual(stream.headers["content-type"], "text/event-stream")
        self.assertEqual(stream.headers["cache-control"], "no-cache")
        self.assertEqual(stream.headers["x-accel-buffering"], "no")
        self.assertEqual(stream.headers["x-conversation-id"], "c")
        self.assertEqual(stream.parser.retry_ms, 1000)
        self.assertEqual([event.data for event in events],
                         [*PIECES, "[DONE]"])
        self.assertEqual(types_of(events), ["message", "done"])
        for event in events:
            self.assertRegex(event.last_id, r"^\d+-\d+$")

    def test_plain_text_is_the_text_alone(self):
        self.http.run("look", conversation_id="c")
        reply = self.http.get("/api/agent/stream/c", accept="text/plain")
        self.assertEqual(reply.text, "Let me look. Take a coat.\n")
        self.assertTrue(reply.headers["content-type"].startswith("text/plain"))

    def test_tools_are_events_for_those_who_listen(self):
        self.http.run("look", conversation_id="c")
        events = self.http.stream("c")
        self.assertEqual(types_of(events), ["message", "tool_call",
                                            "tool_result", "message", "done"])
        call = json.loads(next(event.data for event in events
                               if event.type == "tool_call"))
        result = json.loads(next(event.data for event in events
                                 if event.type == "tool_result"))
        self.assertEqual(call["name"], "get_weather_forecast")
        self.assertEqual(result["call_id"], call["call_id"])
        self.assertEqual(text_of(events), "Let me look. Take a coat.")

    def test_a_run_can_be_streamed_as_it_is_started(self):
        stream = self.opened(RUN, method="POST", body="hello")
        events = list(stream)
        self.assertEqual(text_of(events), "".join(PIECES))
        self.assertEqual(events[-1].type, "done")
        self.assertTrue(stream.headers["x-conversation-id"])
        shown = self.http.get("/api/conversations/"
                              f"{stream.headers['x-conversation-id']}/runs/"
                              f"{stream.headers['x-run-id']}").json
        self.assertEqual(shown["state"], "COMPLETED")

    def test_awkward_text_ends_no_frame_and_forges_no_field(self):
        self.http.run("awkward", conversation_id="c")
        events = self.http.stream("c")
        self.assertEqual(types_of(events), ["message", "done"])
        self.assertEqual([event.data for event in events[:-1]],
                         [as_lf(piece) for piece in AWKWARD])
        self.assertNotIn("9-9", [event.last_id for event in events])

    def test_as_json_awkward_text_arrives_byte_for_byte(self):
        self.http.run("awkward", conversation_id="c")
        events = self.http.stream("c", "?data=json")
        self.assertEqual([json.loads(event.data) for event in events[:-1]],
                         AWKWARD)
        plain = self.http.get("/api/agent/stream/c?cursor=0-0",
                              accept="text/plain")
        self.assertEqual(plain.text, "".join(AWKWARD) + "\n")

    def test_a_failure_is_an_event_with_an_id(self):
        self.model.close()
        self.http.run("hello", conversation_id="c", timeout_seconds=0.5)
        events = self.http.stream("c")
        self.assertEqual(types_of(events), ["error"])
        self.assertTrue(events[0].last_id)
        plain = self.http.get("/api/agent/stream/c?cursor=0-0",
                              accept="text/plain").text
        self.assertEqual(plain, f"\n[Error: {events[0].data}]\n")

    # Resuming.

    def test_every_position_resumes_on_every_replica(self):
        self.http.run("hello", conversation_id="c")
        events = self.http.stream("c")
        other = HttpApi(self.start_another().http)
        for index, event in enumerate(events[:-1]):
            rest = other.stream("c", last_event_id=event.last_id)
            self.assertEqual(rest, events[index + 1:])
            self.assertEqual(other.stream("c", f"?cursor={event.last_id}"),
                             events[index + 1:])

    def test_the_cursor_of_the_query_wins(self):
        self.http.run("hello", conversation_id="c")
        events = self.http.stream("c")
        rest = self.http.stream("c", f"?cursor={events[5].last_id}",
                                last_event_id=events[1].last_id)
        self.assertEqual(rest, events[6:])

    def test_cursors_cross_between_grpc_and_http(self):
        run = self.http.run("hello", conversation_id="c")
        events = self.http.stream("c")
        chunks = self.grpc.chunks("c", "0-0")
        self.assertEqual([chunk.cursor for chunk in chunks[1:]],
                         [event.last_id for event in events])
        rest = self.grpc.chunks("c", events[2].last_id, run["run_id"])
        self.assertEqual("".join(chunk.text for chunk in rest),
                         "".join(PIECES[3:]))
        self.assertEqual(
            text_of(self.http.stream("c", f"?cursor={chunks[3].cursor}")),
            "".join(PIECES[3:]))

    def test_after_the_end_there_is_no_content_until_a_later_run(self):
        self.http.run("hello", conversation_id="c")
        end = self.http.stream("c")[-1].last_id
        reply = self.http.get("/api/agent/stream/c", last_event_id=end,
                              accept="text/event-stream")
        self.assertEqual((reply.status, reply.body), (204, b""))
        self.assertEqual(reply.headers["x-conversation-id"], "c")
        self.http.run("and then?", conversation_id="c")
        later = self.http.stream("c", last_event_id=end)
        self.assertEqual(text_of(later), "Then the sea.")
        self.assertEqual(later[-1].type, "done")

    def test_a_killed_service_is_resumed_without_loss_or_double(self):
        stream, events, seen = self.half_read("c")
        del stream
        self.service.restart_after_kill()
        seen += list(events)  # what was on its way, and no end
        self.assertNotIn("done", types_of(seen))
        self.model.release()
        http = HttpApi(self.service.http)
        texts = []

        def read_on():
            try:
                more = http.stream("c", last_event_id=seen[-1].last_id)
            except ConnectionError:
                return False
            seen.extend(more)
            return types_of(seen)[-1] == "done"

        wait.until(read_on, "the answer's end", deadline_s=60)
        # What an attempt said that did not finish falls.
        for event in seen:
            if event.type == "restarted":
                self.assertEqual(json.loads(event.data)["attempt"], 2)
                texts = []
            elif event.type == "message":
                texts.append(event.data)
        self.assertEqual("".join(texts), "".join(PIECES))
        ids = [event.last_id for event in seen]
        self.assertEqual(len(ids), len(set(ids)))
        whole = HttpApi(self.service.http).stream("c", "?cursor=0-0")
        self.assertEqual(seen, whole)

    def test_a_restart_of_redis_is_not_seen(self):
        _, events, seen = self.half_read("c")
        self.redis.restart()
        self.model.release()
        seen += list(events)
        self.assertEqual(text_of(seen), "".join(PIECES))
        self.assertEqual(types_of(seen), ["message", "done"])

    # What else a stream can be told.

    def test_a_stream_may_come_before_its_conversation(self):
        asked = self.http.ask("/api/agent/stream/early?wait=60")
        self.http.run("hello", conversation_id="early")
        stream = self._started(self.http.answer(asked))
        self.assertEqual(text_of(stream), "".join(PIECES))

    def test_waiting_for_what_never_comes_ends(self):
        reply = self.http.get("/api/agent/stream/never?wait=0.3")
        self.assertEqual(reply.status, 404)

    def test_follow_goes_on_across_runs(self):
        self.http.run("hello", conversation_id="c")
        events = iter(self.opened("/api/agent/stream/c?follow=true"))
        seen = [next(events)]
        while seen[-1].type != "done":
            seen.append(next(events))
        self.http.run("and then?", conversation_id="c")
        seen.append(next(events))
        while seen[-1].type != "done":
            seen.append(next(events))
        self.assertEqual(text_of(seen), "".join(PIECES) + "Then the sea.")

    def test_one_run_of_several_is_streamed_by_its_id(self):
        first = self.http.run("hello", conversation_id="c")
        self.http.stream("c")
        self.http.run("and then?", conversation_id="c")
        for name in ["run_id", "correlation_id"]:
            events = self.http.stream("c", f"?{name}={first['run_id']}")
            self.assertEqual(text_of(events), "".join(PIECES))


if __name__ == "__main__":
    unittest.main(verbosity=2)
