"""A model that says what the test tells it to.

It stands in for what costs money: a server of OpenAI's streaming chat
completions protocol on a free port. What it answers is chosen by the user's
message; where it stops and waits for the test is chosen piece by piece, so no
test depends on time.
"""

import dataclasses
import http.server
import json
import select
import socket
import threading

from harness import wait


@dataclasses.dataclass
class Turn:
    """One turn of the model."""

    pieces: list = dataclasses.field(default_factory=list)
    # (name, arguments as a JSON text) each.
    tool_calls: list = dataclasses.field(default_factory=list)
    # Stop before this piece, or each of these, until `ModelServer.release()`
    # or the call's own.
    hold_before: int | tuple = ()
    # Send the bytes one by one, so that characters are cut on the wire.
    byte_by_byte: bool = False

    @property
    def holds(self):
        at = self.hold_before
        return at if isinstance(at, tuple) else (at,)


class Call:
    """One request to the model: what was asked, and what became of it."""

    def __init__(self, body):
        self.body = body
        # Set once the caller hung up while the model still had things to say.
        self.gone = threading.Event()
        # Set once it has said everything, if only into the caller's buffers.
        self.said = threading.Event()
        self.releases = 0

    def release(self):
        """Lets this one go on to where it holds next; `ModelServer.release`
        is for all, and for good."""
        self.releases += 1


_UNKNOWN = [Turn(["I was not told ", "what to say to that."])]


class ModelServer:
    """`answers` maps a user's message to the turns of the answer."""

    def __init__(self, answers):
        self.answers = answers
        self.calls = []
        self._released = threading.Event()
        owner = self

        class Handler(_Handler):
            server_owner = owner

        self._server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever,
                         daemon=True).start()

    @property
    def environment(self):
        port = self._server.server_address[1]
        return {"OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
                "OPENAI_API_KEY": "none-needed", "OPENAI_MODEL": "replay"}

    @property
    def requests(self):
        return [call.body for call in self.calls]

    def wait_for_calls(self, count):
        """The last of so many calls, once they are there."""
        wait.until(lambda: len(self.calls) >= count,
                   f"{count} calls of the model")
        return self.calls[count - 1]

    def release(self):
        self._released.set()

    def holds(self, call, nth=0):
        return not self._released.is_set() and call.releases <= nth

    def turn_for(self, messages):
        """The turn that comes next: one for each that the user got already."""
        last_user = max(index for index, message in enumerate(messages)
                        if message["role"] == "user")
        said = sum(message["role"] == "assistant"
                   for message in messages[last_user:])
        turns = self.answers.get(_text(messages[last_user]), _UNKNOWN)
        return turns[min(said, len(turns) - 1)]

    def close(self):
        self.release()
        self._server.shutdown()
        self._server.server_close()


def _text(message):
    content = message["content"]
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_owner = None

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        call = Call(body)
        self.server_owner.calls.append(call)
        turn = self.server_owner.turn_for(body["messages"])
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            self._stream(turn, call)
            call.said.set()
        except (BrokenPipeError, ConnectionResetError):
            call.gone.set()  # The service, or its test, has gone.

    def _hold(self, call, nth):
        while self.server_owner.holds(call, nth):
            readable, _, _ = select.select([self.connection], [], [], 0.02)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                raise BrokenPipeError

    def _stream(self, turn, call):
        self._event({"delta": {"role": "assistant", "content": ""}})
        for index, piece in enumerate(turn.pieces):
            if index in turn.holds:
                self._hold(call, turn.holds.index(index))
            self._event({"delta": {"content": piece}}, turn.byte_by_byte)
        for index, (name, arguments) in enumerate(turn.tool_calls):
            self._event({"delta": {"tool_calls": [{
                "index": index, "id": f"call-{index}", "type": "function",
                "function": {"name": name, "arguments": arguments}}]}})
        reason = "tool_calls" if turn.tool_calls else "stop"
        self._event({"delta": {}, "finish_reason": reason})
        self._data({"object": "chat.completion.chunk", "choices": [],
                    "usage": {"prompt_tokens": 7, "completion_tokens": 11,
                              "total_tokens": 18}})
        self._send(b"data: [DONE]\n\n")

    def _event(self, choice, byte_by_byte=False):
        self._data({"object": "chat.completion.chunk",
                    "choices": [{"index": 0, "finish_reason": None,
                                 **choice}]}, byte_by_byte)

    def _data(self, value, byte_by_byte=False):
        text = json.dumps(value, ensure_ascii=not byte_by_byte)
        self._send(f"data: {text}\n\n".encode(), byte_by_byte)

    def _send(self, data, byte_by_byte=False):
        step = 1 if byte_by_byte else len(data)
        for start in range(0, len(data), step):
            self.wfile.write(data[start:start + step])
            self.wfile.flush()

    def log_message(self, *_):
        pass
