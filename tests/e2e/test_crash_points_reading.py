"""P11, P12: the relay dies between reading and writing; the connection breaks
with messages in flight. Method: an abort point just before a write; a proxy
that cuts after so many bytes, wherever in a message that is.

See the table of crash points in docs/reliability.md."""

import concurrent.futures
import unittest

import grpc

from harness import wait
from harness.agent_client import agent_client, start_agent_client, text_of
from harness.api import Api
from harness.crash_case import HALF, CrashCase
from harness.model_server import Turn
from harness.transcript import Transcript

# Of several pages: more than one write whatever is batched.
LARGE = [f"{number:04} " + "x" * 20000 for number in range(40)]
# Prime numbers, so that no two cuts fall at the same place of a message.
CUTS = (97, 701, 1999, 4999, 9973, 14009, 30011, 50021)


class Reading(CrashCase):

    answers = {"large": [Turn(LARGE)]}

    def setUp(self):
        super().setUp()
        self.start_worker()
        self.sound = self.start_gateway()
        self.api = self.connect(self.sound)

    def read_until_cut(self, address, run, transcript):
        """Goes on at the cursor of the last chunk that was processed. Whether
        the call ended well."""
        last = transcript.chunks[-1].cursor if transcript.chunks else ""
        with Api(address) as api:
            try:
                for batch in api.stream(run.conversation_id,
                                        last or run.cursor, run.run_id):
                    for chunk in batch.chunks:
                        transcript.add(chunk)
            except grpc.RpcError as error:
                self.assertEqual(error.code(), grpc.StatusCode.UNAVAILABLE)
                return False
        return True

    # P11

    def die_before_write(self, number, run, transcript):
        gateway = self.start_gateway(abort_at=f"before_write:{number}")
        self.assertFalse(self.read_until_cut(gateway.address, run, transcript))
        self.wait_for_death(gateway)

    def test_p11_what_a_relay_had_read_and_not_written_is_read_elsewhere(self):
        run = self.api.run("hold")
        seen = self.open_stream(self.api, run)
        seen.wait_for_text(HALF)
        transcript = Transcript()
        # Nothing of the page that it held arrived.
        self.die_before_write(1, run, transcript)
        self.assertEqual(transcript.chunks, [])
        self.model.release()
        self.assertTrue(self.read_until_cut(self.sound.address, run,
                                            transcript))
        self.assert_completed(self.api, run, transcript)

    def test_p11_so_is_what_it_had_read_after_its_first_writes(self):
        run = self.api.run("large")
        self.api.read(run)
        transcript = Transcript()
        for number in (1, 2, 3):
            before = len(transcript.chunks)
            self.die_before_write(number, run, transcript)
            # Each write before it arrived, or was lost with the process.
            self.assertGreaterEqual(len(transcript.chunks), before)
        self.assertTrue(self.read_until_cut(self.sound.address, run,
                                            transcript))
        self.assert_completed(self.api, run, transcript, "".join(LARGE))

    def test_p11_agent_client_goes_on_at_another_relay(self):
        dying = self.start_gateway(abort_at="before_write:2")
        client = start_agent_client(dying.address, "run", "TravelPlanner",
                                    "large")
        self.addCleanup(client.kill)
        # Read meanwhile: the answer is more than a pipe holds.
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            done = pool.submit(client.communicate, timeout=60)
            self.wait_for_death(dying)
            self.start_gateway(grpc_listen=dying.address)
            said, errors = done.result()
        self.assertEqual(client.returncode, 0, errors)
        self.assertIn('"completed"', said)

    # P12

    def test_p12_a_connection_cut_anywhere_costs_nothing(self):
        run = self.api.run("large")
        self.api.read(run)
        proxy = self.start_proxy(self.sound.address)
        transcript = Transcript()
        cuts = 0
        for after in CUTS:
            proxy.cut_after(after)
            if self.read_until_cut(proxy.address, run, transcript):
                break
            cuts += 1
        self.assertEqual(proxy.cuts, cuts)
        self.assertGreaterEqual(cuts, 5)
        while not self.read_until_cut(self.sound.address, run, transcript):
            pass
        self.assert_completed(self.api, run, transcript, "".join(LARGE))

    def test_p12_a_connection_cut_while_the_answer_comes_costs_nothing(self):
        run = self.api.run("hold")
        proxy = self.start_proxy(self.sound.address)
        with Api(proxy.address) as api:
            stream = self.open_stream(api, run)
            stream.wait_for_text(HALF)
            proxy.hold_answers()
            self.model.release()
            # What is in flight is lost with the connection.
            wait.until(lambda: self.api.get_run(run).HasField("end_time"),
                       "the run to end")
            proxy.wait_until_held()
            proxy.cut()
            stream.wait_for_end()
        self.assertEqual(stream.error.code(), grpc.StatusCode.UNAVAILABLE)
        proxy.wait_until_lost()
        self.assertEqual(stream.transcript.text, HALF)
        self.assertTrue(self.read_until_cut(proxy.address, run,
                                            stream.transcript))
        self.assert_completed(self.api, run, stream.transcript)

    def test_p12_agent_client_resumes_by_itself(self):
        run = self.api.run("large")
        self.api.read(run)
        proxy = self.start_proxy(self.sound.address)
        proxy.cut_after(300007)
        status, lines, errors = agent_client(
            proxy.address, "stream", run.conversation_id)
        self.assertEqual(status, 0, errors)
        self.assertEqual(proxy.cuts, 1)
        self.assertEqual(text_of(lines), "".join(LARGE))


if __name__ == "__main__":
    unittest.main(verbosity=2)
