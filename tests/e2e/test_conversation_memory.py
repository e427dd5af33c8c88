"""What of a conversation the model is given, and how soon it is told to stop.

The model is a server of the test's: what it was asked stands in its calls.
"""

import unittest

from harness.case import Case
from harness.generated import pb
from harness.model_server import Turn

WEATHER = ("get_weather_forecast",
           '{"destination":"Porto","date":"2026-05-01"}')
# So that a heartbeat, a third of it, is not what a test can have waited for.
LONG_LEASE = "--lease=600s"


class ConversationMemory(Case):

    def setUp(self):
        self.model = self.start_model({
            "one": [Turn(["Looking. "], tool_calls=[WEATHER]),
                    Turn(["First answer."])],
            "two": [Turn(["Half an ", "answer."], hold_before=1)],
            "three": [Turn(["Third answer."])]})
        self.redis = self.start_redis().address

    def start(self, *flags):
        self.service = self.start_service(
            self.redis, LONG_LEASE, *flags, environment=self.model.environment)
        self.api = self.connect(self.service)

    def completed(self, message):
        self.assert_whole(self.api.read(self.api.run(message, "c")))

    def cancelled(self, message):
        """Cancels in the middle of the answer."""
        run = self.api.run(message, "c")
        stream = self.open_stream(self.api, run)
        stream.wait_for_text("Half an ")
        call = self.model.calls[-1]
        self.api.cancel(run)
        self.assertTrue(call.gone.wait(30), "the model was not told to stop")
        self.assertEqual(self.api.read(run).end, "cancelled")

    def asked(self):
        """Roles and contents of the model's last request, less the first: its
        instructions."""
        return [(message["role"], message["content"] or "")
                for message in self.model.requests[-1]["messages"]][1:]

    def remembered(self):
        return [(message.role, message.text)
                for message in self.api.conversation("c").messages]

    def test_earlier_turns_are_given_and_an_unanswered_one_is_marked(self):
        self.start()
        self.completed("one")
        self.cancelled("two")
        self.completed("three")
        asked = self.asked()
        self.assertEqual([role for role, _ in asked],
                         ["user", "assistant", "tool", "assistant", "user",
                          "user"])
        self.assertEqual(asked[0][1], "one")
        self.assertEqual(asked[3][1], "First answer.")
        self.assertTrue(asked[4][1].startswith("two\n"), asked[4])
        self.assertIn("was not answered", asked[4][1])
        self.assertEqual(asked[5][1], "three")
        self.assertNotIn("Half an", str(asked))
        self.assertNotIn("Half an", str(self.remembered()))

    def test_what_is_left_out_is_told_and_still_there(self):
        self.start("--max_history_messages=2")
        for message in ("three", "one", "three"):
            self.completed(message)
        # The turn of "one" alone has four messages.
        self.assertEqual(self.asked(), [("user", "three")])
        instructions = self.model.requests[-1]["messages"][0]["content"]
        self.assertIn("6 older messages", instructions)
        self.assertIn("older messages not shown", self.service.log())
        self.assertEqual(
            [text for role, text in self.remembered()
             if role == pb.Message.USER], ["three", "one", "three"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
