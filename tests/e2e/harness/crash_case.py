"""The base of the crash points' tests: gateways and workers as processes of
their own on one Redis, the ways in which they die, and what Redis then holds."""

from harness import wait
from harness.case import Case
from harness.generated import pb
from harness.model_server import Turn
from harness.service import has_abort_points

# As short as can be told apart on a busy machine. What is asserted is what
# happens, never when: deadlines are many times as long.
LEASE_S = 2
LEASE = f"--lease={LEASE_S}s"
AGENT = "travelplanner"

PIECES = [f"piece {number} – ünd 🧭 " for number in range(12)]
HALF = "".join(PIECES[:6])
WHOLE = "".join(PIECES)


class CrashCase(Case):
    """`answers` of a test class adds to what the model says."""

    answers = {}

    def setUp(self):
        self.model = self.start_model({
            "hello": [Turn(PIECES)],
            "hold": [Turn(PIECES, hold_before=6)],
            **self.answers})
        self.redis = self.start_redis()
        self.store = self.redis.connect()
        self.addCleanup(self.store.close)

    def start(self, role, *flags, abort_at=None, redis=None, lease=LEASE,
              more=None, **options):
        """`more`: variables of its environment."""
        if abort_at and not has_abort_points():
            self.skipTest("this build has no abort points")
        environment = {**self.model.environment, **(more or {})}
        if abort_at:
            environment["AGENT_ABORT_AT"] = abort_at
        return self.start_service(
            redis or self.redis.address, lease, *flags, role=role,
            environment=environment, **options)

    def start_gateway(self, *flags, **options):
        return self.start("gateway", *flags, **options)

    def start_worker(self, *flags, **options):
        return self.start("worker", *flags, **options)

    # What happens to processes.

    def wait_for_death(self, service):
        wait.until(service.was_killed, "agent-service to die")

    def wait_for_pause(self, service):
        wait.until(service.is_paused, "agent-service to pause itself")

    def wait_for_attempt(self, api, run, attempt):
        return wait.until(
            lambda: api.get_run(run).attempt >= attempt and api.get_run(run),
            f"attempt {attempt}")

    # What Redis holds.

    def entries(self, conversation):
        """(id, fields) of the log, oldest first."""
        return self.store.xrange(f"agent-stream:{conversation}")

    def mailbox(self, conversation):
        return self.store.lrange(f"{{agent-stream:{conversation}}}:q", 0, -1)

    def record(self, conversation, *fields):
        return self.store.hmget(f"{{agent-stream:{conversation}}}:m", fields)

    def due(self):
        return self.store.zrange(f"agent-due:{AGENT}", 0, -1)

    def hints(self):
        return self.store.lrange(f"agent-wake:{AGENT}", 0, -1)

    # What must be so, whatever died.

    def attempts_of(self, transcript):
        """(attempt, what it discards after) of each attempt's first chunk."""
        return [(chunk.attempt, chunk.attempt_started.discard_after)
                for chunk in transcript.chunks
                if chunk.HasField("attempt_started")]

    def assert_one_end(self, run):
        """The log holds one terminal entry of the run, and it is its last."""
        of_run = [fields for _, fields in self.entries(run.conversation_id)
                  if fields.get("run") == run.run_id]
        ends = [index for index, fields in enumerate(of_run)
                if fields.get("done") == "true"]
        self.assertEqual(ends, [len(of_run) - 1])

    def assert_attempts_do_not_mix(self, run):
        """Once an attempt has begun, nothing of an earlier one follows."""
        attempts = [int(fields["attempt"])
                    for _, fields in self.entries(run.conversation_id)
                    if fields.get("run") == run.run_id]
        self.assertEqual(attempts, sorted(attempts))

    def assert_nothing_left_to_do(self):
        wait.until(lambda: not self.due(), "agent-due to be empty")

    def assert_completed(self, api, run, transcript, text=WHOLE):
        """The run ended once and whole: for this reader, for one that comes
        now, and in the conversation."""
        self.assert_whole(transcript, text)
        self.assert_whole(api.read(run), text)
        self.assert_one_end(run)
        self.assert_attempts_do_not_mix(run)
        self.assertEqual(self.answer_of(api, run), text)

    def answer_of(self, api, run):
        """What the conversation remembers that the run has answered."""
        messages = api.conversation(run.conversation_id).messages
        return "".join(message.text for message in messages
                       if message.run_id == run.run_id
                       and message.role == pb.Message.ASSISTANT)
