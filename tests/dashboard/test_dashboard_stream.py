"""What one does with the dashboard: start a run, watch it, cut its stream,
resume it, cancel it, delete it.
"""

import re
import unittest

from harness import wait
from harness.model_server import Turn

from dashboard_case import PIECES, DashboardCase

WHOLE = "".join(PIECES)
CURSOR = re.compile(r"\d+-\d+$")


class DashboardStream(DashboardCase):

    answers = {
        "hello": [Turn(PIECES)],
        "hold": [Turn(PIECES, hold_before=4)],
        "hold twice": [Turn(PIECES, hold_before=(2, 6))],
        "look": [Turn(["Let me look. "],
                      [("get_weather_forecast",
                        '{"destination":"Lisbon","date":"2026-05-01"}')]),
                 Turn(["Take a coat."])]}

    def cut(self, page):
        page.getByRole("button", name="Cut the stream").click()
        self.wait_for_state(page, "cut")

    def resume(self, page):
        page.getByRole("button", name="Resume from the cursor").click()

    def log_rows(self, page):
        return page.evaluate(
            "() => [...document.querySelectorAll('.log tbody tr')].map("
            "row => [...row.cells].map(cell => cell.textContent))")

    def tape(self, page):
        return page.evaluate(
            "() => [...document.querySelectorAll('.tape span')].map("
            "part => [part.dataset.kind, Number(part.style.flexGrow)])")

    def test_a_run_is_started_and_watched_as_it_speaks(self):
        page = self.open()
        conversation = self.start_run(page, "hold")
        self.wait_for_shown(page, "".join(PIECES[:4]))
        self.wait_for_state(page, "live")
        page.wait_for_text(".turn .badge", "running")
        self.assertEqual(page.text(".said"), "hold")
        rows = self.log_rows(page)
        self.assertEqual([data for _, _, data in rows],
                         [f'"{piece}"' for piece in PIECES[:4]])
        for cursor, event, _ in rows:
            self.assertRegex(cursor, CURSOR)
            self.assertEqual(event, "message")
        self.model.release()
        self.assert_proven(page, conversation)
        wait.until(lambda: page.text(".turn .badge") == "completed",
                   "the turn to be completed")
        facts = page.text(".turn .facts")
        self.assertIn("7 → 11 tokens", facts)
        self.assertIn("10 chunks", facts)
        self.assertIn("took", facts)

    def test_a_cut_stream_resumes_and_loses_nothing(self):
        page = self.open()
        conversation = self.start_run(page, "hold")
        self.wait_for_shown(page, "".join(PIECES[:4]))
        self.cut(page)
        cursor = page.text(".stream-facts dd")
        self.assertEqual(cursor, self.log_rows(page)[3][0])
        self.model.release()
        # Four pieces and the end, of which the page was told nothing.
        wait.until(lambda: "5 chunks written meanwhile"
                   in page.text(".stream-text"), "what came meanwhile")
        self.assertEqual(self.tape(page), [["live", 4], ["missing", 5]])
        self.assertEqual(self.shown(page), "".join(PIECES[:4]))
        self.resume(page)
        self.assert_proven(page, conversation)
        self.assertEqual(self.shown(page), WHOLE)
        self.assertEqual(self.tape(page), [["live", 4], ["late", 5]])
        self.assertIn("5 chunks caught up after 1 cut", page.text(".proof"))
        self.assertIn("5 chunks came meanwhile", page.text(".mark.gap"))

    def test_it_can_be_cut_and_resumed_again_and_again(self):
        page = self.open()
        conversation = self.start_run(page, "hold twice")
        self.wait_for_shown(page, "".join(PIECES[:2]))
        for _ in range(3):
            self.cut(page)
            self.resume(page)
            self.wait_for_state(page, "live")
        self.cut(page)
        self.model.wait_for_calls(1).release()
        self.wait_for_chunks(conversation, 1 + 6)
        self.resume(page)
        self.wait_for_shown(page, "".join(PIECES[:6]))
        self.cut(page)
        self.model.release()
        self.resume(page)
        self.assert_proven(page, conversation)
        self.assertEqual(page.locator(".mark.gap").count(), 5)

    def test_what_is_cut_off_stays_so_until_it_is_resumed(self):
        page = self.open()
        conversation = self.start_run(page, "hold")
        self.wait_for_shown(page, "".join(PIECES[:4]))
        self.cut(page)
        streams = self.stream_requests(page)
        self.model.release()
        wait.until(lambda: page.text(".turn .badge") == "completed",
                   "the run to end")
        self.assertEqual(self.stream_requests(page), streams)
        self.assertEqual(self.shown(page), "".join(PIECES[:4]))
        self.resume(page)
        self.assert_proven(page, conversation)
        self.assertEqual(self.stream_requests(page), streams + 1)

    def test_tools_are_shown_with_what_they_were_asked_and_answered(self):
        page = self.open()
        conversation = self.start_run(page, "look")
        self.assert_proven(page, conversation)
        self.assertEqual(page.text(".tool-name"), "get_weather_forecast")
        self.assertIn("Lisbon", page.text(".tool .arguments"))
        self.assertIn("Lisbon", page.text(".tool .result"))
        self.assertIn("answered in", page.text(".tool-state"))
        # The same, from what the conversation keeps.
        self.start_another(page, "hello")
        self.assertEqual(page.text(".tool-name"), "get_weather_forecast")
        self.assertIn("Lisbon", page.text(".tool .result"))

    def start_another(self, page, message):
        before = page.locator(".turn").count()
        page.getByLabel("Message").fill(message)
        page.getByRole("button", name="Send").click()
        wait.until(lambda: page.locator(".turn").count() == before + 1,
                   "another turn")

    def test_a_conversation_goes_on_with_another_run(self):
        page = self.open()
        conversation = self.start_run(page, "hello")
        self.assert_proven(page, conversation)
        self.start_another(page, "hold")
        self.wait_for_shown(page, "".join(PIECES[:4]))
        self.assertEqual(page.locator(".said").texts(), ["hello", "hold"])
        self.model.release()
        self.wait_for_state(page, "completed")
        self.wait_for_shown(page, WHOLE)
        # The one before can be streamed again, from its first chunk.
        page.getByRole("link", name="Stream").first().click()
        self.wait_for_state(page, "completed")
        self.assertNotIn(self.run_of(conversation)["run_id"], page.url())

    def test_a_run_is_cancelled(self):
        page = self.open()
        conversation = self.start_run(page, "hold")
        self.wait_for_shown(page, "".join(PIECES[:4]))
        page.getByRole("button", name="Cancel run").click()
        self.wait_for_state(page, "cancelled")
        wait.until(lambda: page.text(".turn .badge") == "cancelled",
                   "the turn to be cancelled")
        self.assertEqual(self.run_of(conversation)["state"], "CANCELLED")
        self.assertFalse(page.getByRole("button", name="Cancel run")
                         .isVisible())

    def test_a_conversation_is_deleted_once_that_is_confirmed(self):
        page = self.open()
        conversation = self.start_run(page, "hello")
        self.assert_proven(page, conversation)
        path = f"/api/conversations/{conversation}"
        page.getByRole("button", name="Delete").click()
        page.getByRole("dialog").getByRole("button", name="Keep it").click()
        self.assertEqual(self.http.get(path).status, 200)
        page.getByRole("button", name="Delete").click()
        page.getByRole("dialog").getByRole("button", name="Delete").click()
        page.getByRole("heading", name="New run").wait_for()
        self.assertEqual(self.http.get(path).status, 404)
        self.assertEqual(page.locator(".conversations li").count(), 0)

    def test_deleting_with_a_run_under_way_says_so_and_cancels_it(self):
        page = self.open()
        conversation = self.start_run(page, "hold")
        self.wait_for_shown(page, "".join(PIECES[:4]))
        page.getByRole("button", name="Delete").click()
        dialog = page.getByRole("dialog")
        self.assertIn("still going", dialog.textContent())
        dialog.getByRole("button", name="Cancel the run and delete").click()
        page.getByRole("heading", name="New run").wait_for()
        reply = self.http.get(f"/api/conversations/{conversation}")
        self.assertEqual(reply.status, 404)

    def test_agents_and_conversations_are_listed_live(self):
        page = self.open()
        page.locator(".agents .name").wait_for()
        self.assertEqual(page.locator(".agents .name").texts(),
                         ["TravelPlanner"])
        self.assertEqual(page.text(".agents .workers"), "1 worker")
        self.http.run("hello", conversation_id="first")
        ids = ".conversations .id"
        wait.until(lambda: page.locator(ids).texts() == ["first"],
                   "the first conversation")
        self.http.run("hold", conversation_id="second")
        wait.until(lambda: page.locator(ids).texts() == ["second", "first"],
                   "the newest first")
        wait.until(lambda: "running" in page.text(".conversations .what"),
                   "that it runs")
        page.locator(".conversations a").first().click()
        self.wait_for_shown(page, "".join(PIECES[:4]))
        self.assertEqual(self.conversation_of(page), "second")
        self.model.release()
        wait.until(lambda: "running" not in page.text(".conversations"),
                   "that it has ended")

    def test_a_deep_link_opens_the_run_that_it_names(self):
        first = self.http.run("hello", conversation_id="c")
        self.http.stream("c")
        self.http.run("hold", conversation_id="c")
        page = self.open(f"#/conversations/c/runs/{first['run_id']}")
        self.wait_for_state(page, "completed")
        self.assertEqual(page.text(".stream .id"),
                         f"run {first['run_id'][:8]}")
        self.model.release()

    def test_what_is_not_there_is_said(self):
        page = self.open("#/conversations/nowhere")
        page.getByRole("heading", name="There is no such conversation") \
            .wait_for()

    def test_a_refused_run_is_told_with_its_field(self):
        page = self.open()
        page.getByText("Options").click()
        page.getByLabel("JSON schema").fill("not a schema")
        page.getByLabel("Message").fill("hello")
        page.getByRole("button", name="Start run").click()
        page.locator("form .error").wait_for()
        self.assertIn("response_json_schema", page.text("form .error"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
