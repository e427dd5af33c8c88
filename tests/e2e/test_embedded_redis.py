"""--redis=embedded: everything in one program, and nothing left behind."""

import pathlib
import shutil
import tempfile
import unittest

from harness import wait
from harness.api import Api
from harness.case import Case
from harness.model_server import Turn
from harness.processes import working_in
from harness.service import run_to_its_end


class Embedded(Case):

    def setUp(self):
        self.model = self.start_model({"hello": [Turn(["Good ", "day."])]})
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="e2e-embedded-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.data = f"--data_dir={self.dir / 'data'}"

    def start(self):
        return self.start_service("embedded", self.data,
                                  environment=self.model.environment)

    def redis_gone(self):
        wait.until(lambda: not working_in(self.dir), "redis-server to be gone",
                   deadline_s=10)

    def test_what_was_said_survives_a_stop_in_order(self):
        service = self.start()
        with Api(service.address) as api:
            run = api.run("hello")
            before = api.read(run).chunks
        self.assertTrue(working_in(self.dir))
        service.terminate()
        self.assertEqual(service.wait_for_exit(), 0)
        self.redis_gone()
        after = self.connect(self.start()).read(run)
        self.assert_whole(after, "Good day.")
        self.assertEqual(after.chunks, before)

    def test_redis_ends_with_a_service_that_was_killed(self):
        service = self.start()
        with Api(service.address) as api:
            run = api.run("hello")
            self.assert_whole(api.read(run))
        service.kill()
        self.redis_gone()
        self.assert_whole(self.connect(self.start()).read(run), "Good day.")

    def test_a_second_service_on_the_same_directory_is_refused(self):
        first = self.start()
        status, said = run_to_its_end("--redis=embedded", self.data,
                                      "--grpc_listen=127.0.0.1:0",
                                      "--http_listen=")
        self.assertNotEqual(status, 0)
        self.assertIn("in use", said)
        # And the first was not disturbed.
        api = self.connect(first)
        self.assert_whole(api.read(api.run("hello")), "Good day.")

    def test_the_directory_is_for_its_owner_only(self):
        self.start()
        self.assertEqual((self.dir / "data").stat().st_mode & 0o077, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
