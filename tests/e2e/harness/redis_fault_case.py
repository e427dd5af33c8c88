"""The base of the tests of what befalls Redis: a service on it, a run in the
middle of its answer, and a look at every status that a client was shown."""

import re

import grpc
from google.protobuf import duration_pb2

from harness.api import Api, reason_of, retry_delay_of
from harness.crash_case import HALF, PIECES, CrashCase
from harness.generated import pb_grpc

REST = PIECES[6:]
# Longer than any outage of these tests: the attempt outlives it.
LONG_LEASE = "--lease=20s"
SHORT_LEASE = "--lease=2s"

# What no status may hold: names of hosts and files, keys, Lua, Redis' text.
_FORBIDDEN = re.compile(
    r"redis|agent-|localhost|127\.0\.0\.1|unix:|\.sock|/tmp|[{}]|\blua\b|"
    r"\bscript|\beval|\bhget|\bxadd|errno|connection refused|broken pipe|"
    r"\b(?:READONLY|UNBLOCKED|MASTERDOWN|NOREPLICAS|LOADING|BUSY|OOM|NOSCRIPT|"
    r"MISCONF|WRONGTYPE|NOPERM|NOAUTH|ERR)\b", re.IGNORECASE)


class _Statuses(grpc.UnaryUnaryClientInterceptor,
                grpc.UnaryStreamClientInterceptor):
    """Keeps the calls that ended otherwise than well."""

    def __init__(self, failed):
        self._failed = failed

    def _watch(self, call):
        call.add_done_callback(self._look)
        return call

    def _look(self, call):
        if call.code() not in (grpc.StatusCode.OK, grpc.StatusCode.CANCELLED):
            self._failed.append(call)

    def intercept_unary_unary(self, continuation, details, request):
        return self._watch(continuation(details, request))

    def intercept_unary_stream(self, continuation, details, request):
        return self._watch(continuation(details, request))


def leak_in(text):
    """What is not the client's business, or nothing."""
    found = _FORBIDDEN.search(text)
    return found and f"{found.group()!r} in {text!r}"


def leaks_of(call):
    """Of a status that the service made: it carries a reason."""
    reason, metadata = reason_of(call)
    if reason is None:
        return []
    texts = [call.details(), *metadata.keys(), *metadata.values()]
    return [leak for leak in map(leak_in, texts) if leak]


class RedisFaultCase(CrashCase):

    def setUp(self):
        super().setUp()
        self.failed_calls = []  # of all clients of this test
        # The calls end with their connections, before this looks at them.
        self.addCleanup(self._assert_no_leaks)

    def _assert_no_leaks(self):
        for call in self.failed_calls:
            self.assertEqual(leaks_of(call), [])

    def connect_to(self, address):
        api = Api(address)
        api.stub = pb_grpc.AgentServiceStub(grpc.intercept_channel(
            api.channel, _Statuses(self.failed_calls)))
        return api

    def connect(self, service):
        return self._started(self.connect_to(service.address))

    def start_all(self, *flags, lease=LONG_LEASE, redis=None, **options):
        """A whole service, whose attempts outlive what befalls Redis."""
        return self.start_service(
            redis or self.redis.address, lease, *flags,
            environment=self.model.environment, **options)

    def read_half(self, api, message="hold", **fields):
        """A run that says half of its answer and waits, and its open stream."""
        run = api.run(message, **fields)
        stream = self.open_stream(
            api, run, heartbeat_interval=duration_pb2.Duration(seconds=1))
        stream.wait_for_text(HALF)
        return run, stream

    def assert_stream_is_whole(self, stream, attempts=None, text=None):
        stream.wait_for_end()
        self.assertIsNone(stream.error, stream.error)
        self.assert_whole(stream.transcript, text or "".join(PIECES))
        if attempts:
            self.assertEqual([chunk.attempt for chunk in
                              stream.transcript.chunks
                              if chunk.HasField("attempt_started")], attempts)

    def assert_failed(self, error, code, *reasons, retry=False):
        self.assertIsInstance(error, grpc.RpcError)
        self.assertEqual(error.code(), code, error)
        reason, metadata = reason_of(error)
        self.assertIn(reason, reasons)
        if retry:
            self.assertGreater(retry_delay_of(error) or 0, 0)
        return metadata

    def assert_unavailable(self, error):
        """The store is away: come again; returns the metadata."""
        return self.assert_failed(error, grpc.StatusCode.UNAVAILABLE,
                                  "STORE_UNAVAILABLE", retry=True)

    def assert_log_is_dense(self, run, store=None):
        """Numbers from 1 without a gap or a repeat."""
        ids = [entry_id for entry_id, _ in (store or self.store).xrange(
            f"agent-stream:{run.conversation_id}")]
        numbers = [int(entry_id.split("-")[1]) // 1000 for entry_id in ids]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    def is_serving(self, api):
        """What a health check is told."""
        check = api.channel.unary_unary("/grpc.health.v1.Health/Check")
        return check(b"", timeout=10) == b"\x08\x01"
