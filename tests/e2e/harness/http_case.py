"""The base of tests of the HTTP API: one service with a model, and a client."""

from harness.case import Case
from harness.http_api import HttpApi

RUN = "/api/agents/TravelPlanner/run"


class HttpCase(Case):

    def start_http(self, answers, *flags):
        """`model`, `redis`, `service`, and `http` and `grpc` as ways in."""
        self.model = self.start_model(answers)
        self.redis = self.start_redis()
        self.service = self.start_another(*flags, role="all")
        self.http = HttpApi(self.service.http)
        self.grpc = self.connect(self.service)

    def start_another(self, *flags, role="gateway"):
        """Another service on the same Redis."""
        return self.start_service(
            self.redis.address, *flags, role=role,
            environment=self.model.environment, http_listen="127.0.0.1:0")

    def opened(self, path, **options):
        """A stream of events."""
        return self._started(self.http.open(path, **options))

    def assert_error(self, reply, status, code, reason):
        self.assertEqual(reply.status, status, reply.body)
        self.assertEqual(reply.headers["content-type"], "application/json")
        self.assertEqual(reply.headers["x-content-type-options"], "nosniff")
        self.assertEqual((reply.error["code"], reply.error["reason"]),
                         (code, reason))
        self.assertIn("message", reply.error)
        self.assertIn("metadata", reply.error)

    def ended(self, run):
        """Waits for a run's end by reading its stream."""
        self.http.stream(run["conversation_id"], f"?run_id={run['run_id']}")
        return run
