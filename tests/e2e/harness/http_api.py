"""The HTTP API, as a program without gRPC uses it: Python's own http.client,
and for streams what a browser's EventSource does, after the standard's text.
"""

import dataclasses
import http.client
import json

# No call of a test may hang for ever.
TIMEOUT_S = 60


@dataclasses.dataclass
class Reply:
    status: int
    headers: dict  # names in lower case
    body: bytes

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        return self.json["error"]


@dataclasses.dataclass
class Event:
    type: str
    data: str
    last_id: str


class EventParser:
    """Lines in, events out; an unfinished event is none."""

    def __init__(self):
        self.last_id = ""
        self.retry_ms = None
        self.comments = []
        self._type = ""
        self._data = []

    def take(self, line):
        """The event that this line (bytes, without its end) completes."""
        text = line.decode()
        if not text:
            return self._dispatch()
        name, _, value = text.partition(":")
        value = value.removeprefix(" ")
        if not name:
            self.comments.append(value)
        elif name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        elif name == "id" and "\0" not in value:
            self.last_id = value
        elif name == "retry":
            self.retry_ms = int(value)
        return None

    def _dispatch(self):
        event = None
        if self._data:
            event = Event(self._type or "message", "\n".join(self._data),
                          self.last_id)
        self._type, self._data = "", []
        return event


class EventStream:
    """An open stream; iterate over its events."""

    def __init__(self, connection, response):
        self._connection = connection
        self._response = response
        self.parser = EventParser()
        self.status = response.status
        self.headers = {name.lower(): value
                        for name, value in response.getheaders()}

    def __iter__(self):
        buffer = b""
        while True:
            try:
                block = self._response.read1(65536)
            except (http.client.IncompleteRead, ConnectionError):
                return  # It was cut.
            if not block:
                return
            # Our own streams end lines with LF alone.
            *lines, buffer = (buffer + block).split(b"\n")
            for line in lines:
                event = self.parser.take(line)
                if event:
                    yield event

    def read_to_end(self):
        return self._response.read()

    def close(self):
        self._response.close()
        self._connection.close()


class HttpApi:
    """Each call is a connection of its own, unless it is a stream's."""

    def __init__(self, address, timeout_s=TIMEOUT_S):
        self.address = address
        self._timeout_s = timeout_s

    def _connect(self):
        host, _, port = self.address.rpartition(":")
        return http.client.HTTPConnection(host, int(port),
                                          timeout=self._timeout_s)

    def call(self, method, path, body=None, **headers):
        """`headers`: names with _ for -, `accept="text/plain"`."""
        connection = self._connect()
        try:
            connection.request(method, path, body, _named(headers))
            response = connection.getresponse()
            return Reply(response.status,
                         {name.lower(): value
                          for name, value in response.getheaders()},
                         response.read())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.call("GET", path, **headers)

    def post_json(self, path, value, **headers):
        return self.call("POST", path, json.dumps(value),
                         content_type="application/json", **headers)

    def run(self, message, agent="TravelPlanner", **fields):
        """Starts a run, which must be accepted; the reply's JSON."""
        reply = self.post_json(f"/api/agents/{agent}/run",
                               {"message": message, **fields})
        assert reply.status == 202, (reply.status, reply.body)
        return reply.json

    def ask(self, path, method="GET", body=None, **headers):
        """Asks for a stream of events; `answer` of what this gives waits for
        it."""
        connection = self._connect()
        headers.setdefault("accept", "text/event-stream")
        connection.request(method, path, body, _named(headers))
        return connection

    def answer(self, connection):
        return EventStream(connection, connection.getresponse())

    def open(self, path, method="GET", body=None, **headers):
        """A stream of events, once its head is there."""
        return self.answer(self.ask(path, method, body, **headers))

    def stream(self, conversation, query="", **headers):
        """All of a conversation's stream: what came, and where it stopped."""
        stream = self.open(f"/api/agent/stream/{conversation}{query}",
                           **headers)
        try:
            return list(stream)
        finally:
            stream.close()


def _named(headers):
    return {name.replace("_", "-"): value for name, value in headers.items()}


def text_of(events):
    return "".join(event.data for event in events if event.type == "message")


def types_of(events):
    """The types in their order, neighbours that are alike as one."""
    types = []
    for event in events:
        if not types or types[-1] != event.type:
            types.append(event.type)
    return types
