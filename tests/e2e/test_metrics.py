"""GET /metrics: what a process did is what it counts, over both protocols; and
the dashboard for Grafana asks for nothing that is not there."""

import json
import pathlib
import re
import unittest
import urllib.request

from harness import wait
from harness.case import Case
from harness.model_server import Turn
from harness.transcript import Transcript

PIECES = [f"piece {number} " for number in range(12)]
GRAFANA = (pathlib.Path(__file__).resolve().parents[2]
           / "docs" / "grafana" / "agent-service.json")
SAMPLE = re.compile(r"^([a-z_:]+)(\{[^}]*\})? (\S+)$", re.MULTILINE)


def scrape(service):
    with urllib.request.urlopen(f"http://{service.http}/metrics",
                                timeout=10) as reply:
        text = reply.read().decode()
    return {name + (labels or ""): float(value)
            for name, labels, value in SAMPLE.findall(text)}, text


class Metrics(Case):

    def setUp(self):
        self.model = self.start_model(
            {"hold": [Turn(PIECES, hold_before=6)], "plain": [Turn(PIECES)]})
        self.redis = self.start_redis()
        self.service = self.serve()

    def serve(self, *flags):
        return self.start_service(
            self.redis.address, *flags, http_listen="127.0.0.1:0",
            environment=self.model.environment)

    def run_to_end(self, message):
        api = self.connect(self.service)
        run, seen = api.run(message), Transcript()
        for batch in api.stream(run.conversation_id, run.cursor, run.run_id):
            for chunk in batch.chunks:
                seen.add(chunk)
        self.assert_whole(seen, "".join(PIECES))
        return run, seen

    def test_counts_a_run_and_its_readers(self):
        run, seen = self.run_to_end("plain")
        api = self.connect(self.service)
        for _ in api.stream(run.conversation_id, seen.chunks[3].cursor):
            pass
        agent = '{agent="travelplanner"}'
        # The attempt is counted as over a moment after its end is read.
        wait.until(lambda: scrape(self.service)[0]["agent_runs_active" + agent]
                   == 0, "the attempt to be over")
        found, text = scrape(self.service)
        written = len(seen.chunks)
        for name, value in {
                "agent_runs_accepted_total" + agent: 1,
                'agent_runs_ended_total{agent="travelplanner",'
                'state="completed"}': 1,
                "agent_attempts_total" + agent: 1,
                "agent_time_to_first_chunk_seconds_count" + agent: 1,
                "agent_chunks_written_total": written,
                "agent_chunks_relayed_total": written + written - 4,
                'agent_streams_total{reason="cursor"}': 1,
                'agent_streams_total{reason="start"}': 1,
                'agent_stream_ends_total{code="OK"}': 2,
                "agent_streams_open": 0, "agent_redis_up": 1,
                "agent_redis_reconnects_total": 0,
                "agent_fenced_writes_total": 0}.items():
            self.assertEqual(found.get(name), value, name + "\n" + text)
        self.assertGreaterEqual(found["agent_append_seconds_count"], 2)
        self.assertGreaterEqual(found["agent_catch_up_reads_total"], 1)
        self.assertIn("agent_queue_due" + agent, found)

    def test_counts_what_is_under_way(self):
        api = self.connect(self.service)
        run = api.run("hold")
        stream = self.open_stream(api, run)
        wait.until(
            lambda: (scrape(self.service)[0].get(
                'agent_runs_active{agent="travelplanner"}'),
                     scrape(self.service)[0]["agent_streams_open"]) == (1, 1),
            "the run and its stream to be counted")
        self.model.release()
        del stream

    def test_answers_and_says_so_while_redis_is_away(self):
        self.redis.kill()
        wait.until(lambda: scrape(self.service)[0]["agent_redis_up"] == 0,
                   "the outage to be told")
        self.redis.start()
        wait.until(lambda: scrape(self.service)[0]["agent_redis_up"] == 1,
                   "the end of the outage to be told")
        found, _ = scrape(self.service)
        self.assertGreaterEqual(found["agent_redis_reconnects_total"], 1)
        self.assertEqual(found["agent_redis_restarts_total"], 1)

    def test_counts_a_take_over(self):
        self.service.close()
        victim = self.start_service(
            self.redis.address, "--lease=1s",
            environment=self.model.environment)
        api = self.connect(victim)
        run = api.run("hold")
        seen = Transcript()
        for batch in api.stream(run.conversation_id, run.cursor, run.run_id):
            for chunk in batch.chunks:
                seen.add(chunk)
            if seen.text:
                break
        victim.kill()
        self.service = self.serve("--lease=1s")
        self.model.release()
        wait.until(lambda: scrape(self.service)[0].get(
            'agent_takeovers_total{agent="travelplanner"}') == 1,
                   "the take-over to be counted")

    def test_grafana_asks_for_what_is_there(self):
        self.run_to_end("plain")
        _, text = scrape(self.service)
        told = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
        asked = set()
        for panel in json.loads(GRAFANA.read_text())["panels"]:
            for target in panel.get("targets", []):
                asked |= set(re.findall(r"\bagent_[a-z_]+", target["expr"]))
        self.assertGreater(len(asked), 15)
        bare = {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked}
        # What has labels and did not happen yet has no line.
        self.assertLessEqual(bare - told, {"agent_redis_errors_total"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
