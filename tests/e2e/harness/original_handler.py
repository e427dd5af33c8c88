"""How the original samples keep a response in Redis, in our own words.

Written from the description of their data, not from their code: a list of
entries made with `XADD agent-stream:ID *`, each with `text`, `sequence` and
`timestamp`; the last one has `done=true`, or `error` with a message. Readers
look at those three fields and at nothing else.
"""

import time

TTL_S = 600
READ_BLOCK_MS = 200
MAX_SILENT_READS = 50


def key_of(conversation):
    return f"agent-stream:{conversation}"


class OriginalWriter:
    """Persists what an agent says as the samples' callback does."""

    def __init__(self, redis, conversation):
        self._redis = redis
        self._key = key_of(conversation)
        self._sequence = 0

    def _add(self, **fields):
        fields.setdefault("text", "")
        entry = self._redis.xadd(self._key, {
            **fields, "sequence": str(self._sequence),
            "timestamp": str(int(time.time() * 1000))})
        self._sequence += 1
        self._redis.expire(self._key, TTL_S)
        return entry

    def say(self, text):
        if text:  # The samples write no empty updates.
            return self._add(text=text)
        return None

    def finish(self):
        return self._add(done="true")

    def fail(self, message):
        return self._add(error=message)


def original_read(redis, conversation, cursor=None):
    """Yields (id, text) until the end; raises on `error`.

    Reads strictly after `cursor`, from the beginning without one.
    """
    last, silent = cursor or "0-0", 0
    while silent < MAX_SILENT_READS:
        found = redis.xread({key_of(conversation): last}, count=100,
                            block=READ_BLOCK_MS)
        silent = 0 if found else silent + 1
        for last, fields in (found[0][1] if found else []):
            if fields.get("error"):
                raise RuntimeError(fields["error"])
            if fields.get("done") == "true":
                return
            if fields.get("text"):
                yield last, fields["text"]
    raise TimeoutError("the original's reader waited in vain")
