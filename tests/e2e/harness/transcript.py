"""What a reader has of a run, and whether it is the whole of it."""

import hashlib


def number(cursor):
    """A chunk's number in its log: the second half of the cursor / 1000."""
    return int(cursor.split("-")[1]) // 1000


def position(cursor):
    """A cursor as something that can be compared."""
    first, second = cursor.split("-")
    return int(first), int(second)


class Transcript:
    """Folds the chunks of one run, in the order in which they came."""

    def __init__(self, chunks=()):
        self.chunks = []
        self._pieces = []  # (number of the chunk, text)
        for chunk in chunks:
            self.add(chunk)

    def add(self, chunk):
        self.chunks.append(chunk)
        kind = chunk.WhichOneof("content")
        if kind == "attempt_started":
            self._discard_after(chunk.attempt_started.discard_after)
        elif kind == "text":
            self._pieces.append((number(chunk.cursor), chunk.text))

    def _discard_after(self, cursor):
        last = number(cursor) if cursor else -1
        self._pieces = [piece for piece in self._pieces if piece[0] <= last]

    @property
    def text(self):
        return "".join(text for _, text in self._pieces)

    @property
    def end(self):
        """The terminal chunk's kind, or None while there is none."""
        if not self.chunks:
            return None
        kind = self.chunks[-1].WhichOneof("content")
        return kind if kind in ("completed", "failed", "cancelled") else None

    def _sequence_is_dense(self, lost_tails):
        expected = 0
        for chunk in self.chunks:
            started = chunk.HasField("attempt_started")
            if lost_tails and started and chunk.sequence < expected:
                expected = chunk.sequence  # it goes on where Redis was left
            if chunk.sequence != expected:
                return False
            expected += 1
        return True

    def problems(self, lost_tails=False):
        """Why this is not one whole, completed answer; nothing if it is.

        With `lost_tails` an attempt may begin among numbers that were seen.
        """
        found = []
        cursors = [position(chunk.cursor) for chunk in self.chunks]
        if cursors != sorted(set(cursors)):
            found.append("cursors do not rise")
        if not self._sequence_is_dense(lost_tails):
            sequences = [chunk.sequence for chunk in self.chunks]
            found.append(f"the sequence has a gap or a repeat: {sequences}")
        if self.end != "completed":
            return found + [f"the end is {self.end}, not completed"]
        completed = self.chunks[-1].completed
        data = self.text.encode()
        if completed.text_bytes != len(data):
            found.append(f"{len(data)} bytes of {completed.text_bytes}")
        if completed.text_sha256 != hashlib.sha256(data).hexdigest():
            found.append("the text is not the one that was said")
        return found
