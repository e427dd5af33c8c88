"""The API through the generated Python client."""

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from harness import wait
from harness.generated import pb, pb_grpc
from harness.transcript import Transcript

# No call of a test may hang for ever.
TIMEOUT_S = 60


class Api:
    """One channel. `stub` is the generated client itself."""

    def __init__(self, address):
        self._channel = grpc.insecure_channel(address, options=[
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.max_reconnect_backoff_ms", 500),
            ("grpc.initial_reconnect_backoff_ms", 100)])
        self.stub = pb_grpc.AgentServiceStub(self._channel)

    @property
    def channel(self):
        return self._channel

    def run(self, message, conversation="", request_id="",
            agent="TravelPlanner"):
        return self.stub.RunAgent(
            pb.RunAgentRequest(agent=agent, message=message,
                               conversation_id=conversation,
                               request_id=request_id),
            timeout=TIMEOUT_S)

    def stream(self, conversation, cursor="", run_id="", **fields):
        """The call, to iterate over batches."""
        return self.stub.StreamResponse(
            pb.StreamResponseRequest(conversation_id=conversation,
                                     cursor=cursor, run_id=run_id, **fields),
            timeout=TIMEOUT_S)

    def chunks(self, conversation, cursor="", run_id="", **fields):
        """All chunks after a cursor, until the call ends well."""
        return [chunk for batch in
                self.stream(conversation, cursor, run_id, **fields)
                for chunk in batch.chunks]

    def read(self, run, cursor=""):
        """A run from its own beginning, or from a cursor, as a transcript."""
        return Transcript(self.chunks(run.conversation_id,
                                      cursor or run.cursor, run.run_id))

    def get_run(self, run):
        return self.stub.GetRun(
            pb.GetRunRequest(conversation_id=run.conversation_id,
                             run_id=run.run_id), timeout=TIMEOUT_S)

    def runs(self, conversation):
        return self.stub.ListRuns(
            pb.ListRunsRequest(conversation_id=conversation),
            timeout=TIMEOUT_S).runs

    def conversation(self, conversation):
        return self.stub.GetConversation(
            pb.GetConversationRequest(conversation_id=conversation),
            timeout=TIMEOUT_S)

    def cancel(self, run):
        return self.stub.CancelRun(
            pb.CancelRunRequest(conversation_id=run.conversation_id,
                                run_id=run.run_id), timeout=TIMEOUT_S)

    def delete(self, conversation, force=False):
        return self.stub.DeleteConversation(
            pb.DeleteConversationRequest(conversation_id=conversation,
                                         force=force), timeout=TIMEOUT_S)

    def close(self):
        self._channel.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def read_through_faults(open_api, run, transcript=None):
    """Reads a run to its end, resuming wherever it was cut.

    `open_api()` gives an Api for every try: the same address, or another
    replica's. What was read before goes on in `transcript`.
    """
    transcript = transcript or Transcript()

    def attempt():
        with open_api() as api:
            last = transcript.chunks[-1].cursor if transcript.chunks else ""
            try:
                for batch in api.stream(run.conversation_id,
                                        last or run.cursor, run.run_id):
                    for chunk in batch.chunks:
                        transcript.add(chunk)
                return True
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE:
                    raise
                return False

    wait.until(attempt, "the run to end", deadline_s=60)
    return transcript


def reason_of(error):
    """The ErrorInfo's reason and metadata of an RpcError."""
    status = rpc_status.from_call(error)
    if status is None:
        return None, {}
    for detail in status.details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            assert info.domain == "agent.v1", info.domain
            return info.reason, dict(info.metadata)
    return None, {}


def retry_delay_of(error):
    """RetryInfo's delay in seconds, or None."""
    status = rpc_status.from_call(error)
    for detail in status.details if status else []:
        info = error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            return info.retry_delay.ToTimedelta().total_seconds()
    return None
