"""A real browser's EventSource on the contract's stream, with nothing of ours
between them.
"""

import json
import unittest
import urllib.parse

from harness import wait
from harness.model_server import Turn

from dashboard_case import PIECES, DashboardCase

AWKWARD = ["\n\nevent: done\ndata: [DONE]\n\n", "\rid: 9-9\r", "a\r\nb\n\rc",
           "\u2028\u2029\u0085", ": comment", "data: x\n", " leading",
           "  two", "retry: 1", "\U0001f389\u2708\ufe0f", "\t", "\ufeffbom",
           "\n", "\r", "[DONE]", "last"]

# Collects everything in window.seen, as a page would.
LISTEN = """url => {
  window.seen = [];
  window.opened = 0;
  const source = window.source = new EventSource(url);
  source.addEventListener('open', () => { window.opened += 1; });
  const types = ['message', 'done', 'error', 'cancelled', 'tool_call',
    'tool_result', 'restarted'];
  for (const type of types) {
    source.addEventListener(type, event => {
      // The browser's own errors have no data: the connection broke.
      if (event.data === undefined) return;
      window.seen.push([type, event.data, event.lastEventId]);
    });
  }
}"""
CLOSED = 2


def as_lf(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


class EventSource(DashboardCase):

    answers = {
        "hello": [Turn(PIECES)],
        "and then?": [Turn(["Then ", "the sea."])],
        "awkward": [Turn(AWKWARD)],
        "hold": [Turn(PIECES, hold_before=4)],
        "tool, hold": [
            Turn(["Let me look. "],
                 [("get_local_events",
                   '{"destination":"Porto","date":"2026-05-01"}')]),
            Turn(PIECES, hold_before=4)]}

    def listen(self, path, service=None):
        """A page of the same origin that is none of ours, and the source."""
        page = self._started(self.browser.open())
        self._pages.append(page)
        page.goto(f"http://{(service or self.service).http}/api/health")
        page.evaluate(LISTEN, f"/api/agent/stream/{path}")
        return page

    def seen(self, page):
        return page.evaluate("() => window.seen")

    def messages(self, page):
        return [data for kind, data, _ in self.seen(page) if kind == "message"]

    def wait_for_messages(self, page, count):
        wait.until(lambda: len(self.messages(page)) >= count,
                   f"{count} messages")

    def wait_for_end(self, page):
        """It came back with its last id, was told 204, and gave up."""
        wait.until(lambda: page.evaluate("() => source.readyState") == CLOSED,
                   "the source to stop", deadline_s=60)
        self.assertEqual(self.seen(page)[-1][:2], ["done", "[DONE]"])
        self.assertEqual([kind for kind, _, _ in self.seen(page)].count("done"),
                         1)

    def test_awkward_text_arrives_as_the_contract_says(self):
        self.http.run("awkward", conversation_id="c")
        page = self.listen("c")
        self.wait_for_end(page)
        self.assertEqual(self.messages(page),
                         [as_lf(piece) for piece in AWKWARD])
        for kind, _, last_id in self.seen(page):
            self.assertIn(kind, ("message", "done"))
            self.assertRegex(last_id, r"^\d{13,}-\d+$")

    def test_as_json_it_arrives_byte_for_byte(self):
        self.http.run("awkward", conversation_id="c")
        page = self.listen("c?data=json")
        self.wait_for_end(page)
        self.assertEqual([json.loads(data) for data in self.messages(page)],
                         AWKWARD)

    def test_it_stops_after_the_end_and_stays_so(self):
        self.http.run("hello", conversation_id="c")
        page = self.listen("c")
        self.wait_for_end(page)
        requests = self.stream_requests(page)
        self.assertEqual(requests, 2)  # the stream, and the 204
        # Its last id reads on with a later run.
        last = self.seen(page)[-1][2]
        self.http.run("and then?", conversation_id="c")
        page.evaluate(LISTEN, "/api/agent/stream/c?"
                      + urllib.parse.urlencode({"cursor": last}))
        wait.until(lambda: "".join(self.messages(page)) == "Then the sea.",
                   "the later run")

    def test_a_gateway_that_restarts_costs_nothing(self):
        gateway = self.start(role="gateway")
        self.http.run("hold", conversation_id="c")
        page = self.listen("c", gateway)
        self.wait_for_messages(page, 4)
        gateway.restart_after_kill()
        self.model.release()
        self.wait_for_end(page)
        self.assertEqual(self.messages(page), PIECES)
        self.assertEqual([kind for kind, _, _ in self.seen(page)],
                         ["message"] * len(PIECES) + ["done"])
        self.assertGreaterEqual(page.evaluate("() => window.opened"), 2)

    def test_a_service_that_restarts_says_what_falls(self):
        self.http.run("tool, hold", conversation_id="c")
        page = self.listen("c")
        self.wait_for_messages(page, 5)
        self.service.restart_after_kill()
        self.model.release()
        self.wait_for_end(page)
        stands = []
        for kind, data, last_id in self.seen(page):
            number = int(last_id.partition("-")[2]) // 1000
            if kind == "restarted":
                said = json.loads(data)["discard_after"]
                after = int(said.partition("-")[2] or 0) // 1000
                stands = [(n, text) for n, text in stands if n <= after]
            elif kind == "message":
                stands.append((number, data))
        self.assertEqual("".join(text for _, text in stands),
                         "Let me look. " + "".join(PIECES))
        ids = [last_id for _, _, last_id in self.seen(page)]
        self.assertEqual(len(ids), len(set(ids)), "something came twice")

    def test_it_comes_back_after_a_service_without_room(self):
        gateway = self.start("--max_streams=1", role="gateway")
        self.http.run("hold", conversation_id="c")
        first = self.listen("c", gateway)
        self.wait_for_messages(first, 4)
        second = self.listen("c", gateway)
        wait.until(lambda: self.stream_requests(second) >= 2,
                   "the second to try again")
        self.assertEqual(self.seen(second), [])
        first.evaluate("() => source.close()")
        self.wait_for_messages(second, 4)
        self.model.release()
        self.wait_for_end(second)
        self.assertEqual(self.messages(second), PIECES)


if __name__ == "__main__":
    unittest.main(verbosity=2)
