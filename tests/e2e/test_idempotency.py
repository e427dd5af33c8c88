"""The same request from many threads at once is one run."""

import concurrent.futures
import unittest
import uuid

import grpc

from harness.case import Case
from harness.generated import pb
from harness.model_server import Turn

CALLERS = 24


class Idempotency(Case):

    def setUp(self):
        self.model = self.start_model({"hello": [Turn(["Good day."])]})
        redis = self.start_redis().address
        self.services = [
            self.start_service(redis, environment=self.model.environment)
            for _ in range(2)]
        self.apis = [self.connect(service) for service in self.services]

    def ask(self, index, key, conversation):
        return self.apis[index % 2].run("hello", conversation, key)

    def ask_together(self, key, conversation=""):
        with concurrent.futures.ThreadPoolExecutor(CALLERS) as pool:
            asked = [pool.submit(self.ask, index, key, conversation)
                     for index in range(CALLERS)]
            return [answer.result() for answer in asked]

    def runs_of(self, conversation):
        return self.apis[0].stub.ListRuns(
            pb.ListRunsRequest(conversation_id=conversation)).runs

    def test_one_key_is_one_run_also_across_processes(self):
        answers = self.ask_together(str(uuid.uuid4()))
        self.assertEqual({answer.SerializeToString(deterministic=True)
                          for answer in answers},
                         {answers[0].SerializeToString(deterministic=True)})
        self.assert_whole(self.apis[1].read(answers[0]), "Good day.")
        self.assertEqual(len(self.runs_of(answers[0].conversation_id)), 1)
        self.assertEqual(len(self.model.requests), 1)

    def test_one_key_in_a_named_conversation_is_one_run(self):
        answers = self.ask_together("key", "named")
        self.assertEqual(len({answer.run_id for answer in answers}), 1)
        self.assertEqual(len(self.runs_of("named")), 1)

    def test_no_key_is_a_run_each_and_one_at_a_time(self):
        answers = self.ask_together("", "shared")
        self.assertEqual(len({answer.run_id for answer in answers}), CALLERS)
        for answer in answers:
            self.assert_whole(self.apis[0].read(answer), "Good day.")
        # In the log, no run begins before the one before it has ended.
        log = self.apis[0].chunks("shared", "0-0", follow=False)
        self.assertEqual(len({chunk.run_id for chunk in log}), 1)

    def test_a_repeat_with_the_conversation_it_was_given_is_the_same(self):
        first = self.apis[0].run("hello", request_id="key")
        again = self.apis[1].run("hello", first.conversation_id, "key")
        self.assertEqual(again, first)

    def test_a_key_with_another_request_is_refused(self):
        self.apis[0].run("hello", "c", "key")
        with self.assert_status(grpc.StatusCode.ALREADY_EXISTS,
                                "REQUEST_ID_REUSED"):
            self.apis[1].run("another", "c", "key")


if __name__ == "__main__":
    unittest.main(verbosity=2)
