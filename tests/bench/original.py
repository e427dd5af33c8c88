"""The original samples' way on the same Redis: its writes a second, and how
long its polling reader takes to see a chunk. Prints JSON.

    original.py REDIS_SOCKET SECONDS
"""

import json
import pathlib
import sys
import threading
import time

import redis

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

from harness.original_handler import OriginalWriter, key_of  # noqa: E402

READ_CHUNKS = 40
# The samples open a handler, and with it a connection, for every update; their
# reader asks, and sleeps when there is nothing.
POLL_S = 1.0
TEXT = "." * 40


def connect(path):
    return redis.Redis(unix_socket_path=path, decode_responses=True)


def writes_per_second(path, seconds):
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        with connect(path) as connection:
            OriginalWriter(connection, "bench-original-writes").say(TEXT)
        count += 1
    return count / seconds


def read_latencies_us(path):
    """From the moment each chunk was said to the moment its reader has it."""
    conversation, seen = "bench-original-reads", []

    def read():
        connection, last = connect(path), "0-0"
        while len(seen) < READ_CHUNKS:
            found = connection.xread({key_of(conversation): last}, count=100)
            for last, fields in (found[0][1] if found else []):
                said = int(fields["text"].split()[0])
                seen.append((time.monotonic_ns() - said) / 1000)
            if not found:
                time.sleep(POLL_S)

    reader = threading.Thread(target=read)
    reader.start()
    writer = OriginalWriter(connect(path), conversation)
    for _ in range(READ_CHUNKS):
        writer.say(f"{time.monotonic_ns()} {TEXT}")
        time.sleep(0.05)
    reader.join()
    return sorted(seen)


def main():
    path, seconds = sys.argv[1], float(sys.argv[2])
    latencies = read_latencies_us(path)
    print(json.dumps({
        "writes_per_second": writes_per_second(path, seconds),
        "p50_us": latencies[len(latencies) // 2],
        "p99_us": latencies[-1]}))


if __name__ == "__main__":
    main()
