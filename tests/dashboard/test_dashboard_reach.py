"""The dashboard where there is much to show, where nobody looks, and where it
is not on this machine.
"""

import unittest

from harness import wait
from harness.model_server import Turn

from dashboard_case import PIECES, DashboardCase

HIDE = """hidden => {
  Object.defineProperty(document, 'hidden',
      {configurable: true, get: () => hidden});
  document.dispatchEvent(new Event('visibilitychange'));
}"""


class DashboardReach(DashboardCase):

    answers = {
        "hello": [Turn(PIECES)],
        "hold": [Turn(PIECES, hold_before=4)],
        "much": [Turn([f"word{number} " for number in range(4000)])]}
    flags = ("--http_allowed_hosts=agents.test",)

    def test_a_page_that_nobody_sees_hangs_up_and_reads_on_later(self):
        page = self.open()
        conversation = self.start_run(page, "hold")
        self.wait_for_shown(page, "".join(PIECES[:4]))
        streams = self.stream_requests(page)
        page.evaluate(HIDE, True)
        self.model.release()
        self.wait_for_chunks(conversation, 1 + len(PIECES) + 1)
        self.assertEqual(self.stream_requests(page), streams)
        self.assertEqual(self.shown(page), "".join(PIECES[:4]))
        page.evaluate(HIDE, False)
        self.assert_proven(page, conversation)
        self.assertEqual(page.locator(".mark").count(), 0)
        self.assertEqual(self.stream_requests(page), streams + 1)

    def test_over_plain_http_from_elsewhere_it_works_too(self):
        page = self.open(host="agents.test")
        self.assertFalse(page.evaluate("() => isSecureContext"))
        conversation = self.start_run(page, "hold")
        self.wait_for_shown(page, "".join(PIECES[:4]))
        page.getByRole("button", name="Cut the stream").click()
        self.wait_for_state(page, "cut")
        self.model.release()
        page.getByRole("button", name="Resume").click()
        self.assert_proven(page, conversation, digest=False)

    def test_a_long_answer_is_shown_whole_and_its_log_in_part(self):
        page = self.open()
        conversation = self.start_run(page, "much")
        self.assert_proven(page, conversation)
        self.assertEqual(page.locator(".log tbody tr").count(), 300)
        self.assertIn("newest 300 of 4,001 lines", page.text(".log .count"))

    def test_earlier_runs_are_shown_when_asked_for(self):
        for _ in range(22):
            self.http.run("hello", conversation_id="c")
        self.wait_for_idle("c")
        page = self.open("#/conversations/c")
        wait.until(lambda: page.locator(".turn").count() == 20, "20 turns")
        page.getByRole("button", name="Show earlier runs").click()
        wait.until(lambda: page.locator(".turn").count() == 22, "all turns")
        page.getByRole("button", name="Show earlier runs").wait_for(
            state="hidden")
        order = page.evaluate("() => [...document.querySelectorAll('.turn')]"
                              ".map(turn => turn.getAttribute('aria-label'))")
        runs = self.http.get("/api/conversations/c/runs").json["runs"]
        self.assertEqual(order, [f"Run {run['run_id']}"
                                 for run in reversed(runs)])

    def wait_for_idle(self, conversation):
        def idle():
            shown = self.http.get(f"/api/conversations/{conversation}").json
            return not shown["active_run_id"] and not shown["queued_runs"]
        wait.until(idle, "the runs to end", deadline_s=60)

    def test_more_conversations_are_listed_when_asked_for(self):
        for number in range(32):
            self.http.run("hello", conversation_id=f"c{number}")
        page = self.open()
        rows = page.locator(".conversations li")
        wait.until(lambda: rows.count() == 30, "30 conversations")
        page.getByRole("button", name="Show more").click()
        wait.until(lambda: rows.count() == 32, "all conversations")

    def test_one_agents_conversations_can_be_picked(self):
        self.http.run("hello", conversation_id="c")
        page = self.open()
        page.locator(".agent").click()
        self.assertEqual(page.locator(".agent").attribute("aria-pressed"),
                         "true")
        wait.until(lambda: any("agent=TravelPlanner" in url for url
                               in page.journal()["requests"]),
                   "the agent's conversations to be asked for")
        self.assertEqual(page.text(".conversations .id"), "c")


if __name__ == "__main__":
    unittest.main(verbosity=2)
