"""The dashboard stays open while the service goes away and comes back."""

import unittest

from harness import wait
from harness.model_server import Turn

from dashboard_case import PIECES, DashboardCase

WHOLE = "".join(PIECES)


class DashboardRestart(DashboardCase):

    answers = {
        "hello": [Turn(PIECES)],
        "hold": [Turn(PIECES, hold_before=4)],
        "tool, hold": [
            Turn(["Let me look. "],
                 [("get_local_events",
                   '{"destination":"Porto","date":"2026-05-01"}')]),
            Turn(PIECES, hold_before=4)]}

    def test_a_killed_service_comes_back_and_nothing_is_doubled(self):
        page = self.open()
        conversation = self.start_run(page, "tool, hold")
        self.wait_for_shown(page, "Let me look. " + "".join(PIECES[:4]))
        self.service.restart_after_kill()
        self.model.release()
        self.assert_proven(page, conversation)
        # The attempt that died: its words after the finished step fell.
        self.assertEqual(self.shown(page), "Let me look. " + WHOLE)
        self.assertIn("Attempt 2 goes on", page.text(".mark.restart"))
        self.assertEqual(page.text(".mark.restart del"), "".join(PIECES[:4]))
        self.assertEqual(page.locator(".tool").count(), 1)
        self.assertEqual(page.text(".turn .attempt"), "attempt 2")
        self.assertEqual(page.locator(".turn").count(), 1)
        self.assertEqual(page.locator(".conversations li").count(), 1)

    def test_while_there_is_no_service_the_page_says_so_and_waits(self):
        page = self.open()
        conversation = self.start_run(page, "hold")
        self.wait_for_shown(page, "".join(PIECES[:4]))
        self.service.kill()
        page.locator("#banner").wait_for()
        self.wait_for_state(page, "lost")
        self.assertEqual(page.text("#contact-text"), "no connection")
        self.assertEqual(self.shown(page), "".join(PIECES[:4]))
        self.service.restart_after_kill()
        self.model.release()
        self.assert_proven(page, conversation)
        page.locator("#banner").wait_for(state="hidden")
        wait.until(lambda: page.text("#contact-text") == "connected",
                   "the page to be connected")

    def test_a_gateway_is_replaced_while_the_run_goes_on(self):
        gateway = self.start(role="gateway")
        page = self.open(service=gateway)
        conversation = self.start_run(page, "hold")
        self.wait_for_shown(page, "".join(PIECES[:4]))
        gateway.kill()
        self.wait_for_state(page, "lost")
        self.model.release()
        self.wait_for_chunks(conversation, 1 + len(PIECES) + 1)
        gateway.restart_after_kill()
        self.assert_proven(page, conversation)
        self.assertEqual(page.locator(".mark.restart").count(), 0)
        self.assertEqual(page.locator(".mark.gap").count(), 1)

    def test_a_stream_that_was_cut_resumes_with_another_service(self):
        page = self.open()
        conversation = self.start_run(page, "hold")
        self.wait_for_shown(page, "".join(PIECES[:4]))
        page.getByRole("button", name="Cut the stream").click()
        self.service.restart_after_kill()
        self.model.release()
        wait.until(lambda: page.text(".turn .badge") == "completed",
                   "the run to end", deadline_s=40)
        self.wait_for_state(page, "cut")
        page.getByRole("button", name="Resume from the cursor").click()
        self.assert_proven(page, conversation)

    def test_a_run_that_is_started_meanwhile_is_started_once(self):
        page = self.open()
        page.locator(".agents .name").wait_for()
        self.service.kill()
        page.getByLabel("Message").fill("hello")
        page.getByRole("button", name="Start run").click()
        page.locator("form .error").wait_for()
        self.assertIn("same key", page.text("form .error"))
        self.service.restart_after_kill()
        page.wait_until("() => location.hash.includes('/runs/')",
                        "the run to be accepted")
        self.assert_proven(page, self.conversation_of(page))
        listed = self.http.get("/api/conversations").json
        self.assertEqual(len(listed["conversations"]), 1)


class ExpiredLog(DashboardCase):

    answers = {"hello": [Turn(PIECES)]}
    flags = ("--stream_ttl=1s", "--state_ttl=1h")

    def test_of_an_expired_log_the_answer_is_still_there(self):
        self.http.run("hello", conversation_id="c")
        self.http.stream("c")
        with self.redis.connect() as redis:
            wait.until(lambda: not [key for key in redis.scan_iter()
                                    if redis.type(key) == "stream"],
                       "the log to expire")
        page = self.open("#/conversations/c")
        self.wait_for_state(page, "unreadable")
        self.assertIn("expired", page.text(".stream-text"))
        self.wait_for_shown(page, WHOLE)


if __name__ == "__main__":
    unittest.main(verbosity=2)
