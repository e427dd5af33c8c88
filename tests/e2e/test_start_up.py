"""What cannot work is refused at the start, with one clear line."""

import re
import unittest

from harness import paths
from harness.case import Case
from harness.service import run_to_its_end

# flag -> a value that cannot be used.
BAD_VALUES = {
    "--grpc_listen": ["nonsense", "127.0.0.1:99999", "127.0.0.1", ""],
    "--redis": ["redis://h:70000", "redis://h:1/x", "", "a:b:c",
                "h:1,ssl=maybe", "h:1,colour=red"],
    "--role": ["both", ""],
    "--stream_ttl": ["0s", "-1m", "ten", ""],
    "--state_ttl": ["5m", "x"],
    "--lease": ["500ms", "0s", "x"],
    "--max_attempts": ["0", "101", "x"],
    "--queue_timeout": ["-1s", "x"],
    "--max_concurrent_runs": ["0", "-1", "x"],
    "--run_timeout": ["0s", "x"],
    "--drain_timeout": ["-1s", "x"],
    "--max_message_bytes": ["0", "x"],
    "--max_queued_runs": ["0"],
}


class StartUp(Case):

    def refused(self, *flags, environment=None):
        """The one line that a refused start says."""
        status, said = run_to_its_end(*flags, environment=environment)
        self.assertNotEqual(status, 0, said)
        lines = [line for line in said.splitlines() if line.strip()]
        self.assertEqual(len(lines), 1, said)
        return lines[0]

    def with_redis(self, *flags, environment=None, **options):
        redis = self.start_redis(**options)
        return self.refused(f"--redis={redis.address}",
                            "--grpc_listen=127.0.0.1:0", "--http_listen=",
                            *flags, environment=environment)

    def test_bad_values_name_the_flag(self):
        for flag, values in BAD_VALUES.items():
            for value in values:
                with self.subTest(f"{flag}={value}"):
                    flags = [] if flag == "--redis" else [
                        "--redis=unix:///nowhere"]
                    line = self.refused(*flags, f"{flag}={value}")
                    self.assertIn(flag.lstrip("-"), line)

    def test_bad_values_in_the_environment_name_the_variable(self):
        for name, value in [("REDIS_STREAM_TTL_MINUTES", "soon"),
                            ("REDIS_STREAM_TTL_MINUTES", "0"),
                            ("GRPC_LISTEN", "nonsense"),
                            ("REDIS_CONNECTION_STRING", "redis://h:70000")]:
            with self.subTest(f"{name}={value}"):
                line = self.refused(environment={name: value})
                self.assertIn(name, line)

    def test_an_unknown_flag_is_refused(self):
        self.assertIn("no_such_flag", self.refused("--no_such_flag=1"))

    def test_no_secret_is_said(self):
        line = self.refused("--redis=redis://user:hunter2@h:70000")
        self.assertNotIn("hunter2", line)
        line = self.refused("--redis=h:x,password=hunter2")
        self.assertNotIn("hunter2", line)

    def test_an_open_address_needs_a_word_of_consent(self):
        line = self.refused("--redis=unix:///nowhere",
                            "--grpc_listen=0.0.0.0:0")
        self.assertIn("allow_insecure_listen", line)

    def test_a_redis_that_may_evict_is_refused(self):
        line = self.with_redis(extra=("--maxmemory-policy", "allkeys-lru"))
        self.assertIn("noeviction", line)

    def test_a_redis_cluster_is_refused(self):
        line = self.with_redis(extra=("--cluster-enabled", "yes"))
        self.assertIn("luster", line)

    def test_a_read_only_redis_is_refused(self):
        line = self.with_redis(extra=("--replicaof", "127.0.0.1", "1"))
        self.assertRegex(line, "read-only|replica")

    def test_half_an_azure_configuration_is_refused(self):
        line = self.with_redis(
            environment={"AZURE_OPENAI_ENDPOINT": "https://x.example"})
        self.assertIn("AZURE_OPENAI", line)

    def test_help_shows_units_and_defaults(self):
        status, said = run_to_its_end("--help")
        self.assertIn(status, (0, 1))  # absl's --help ends with 1.
        for word in ["--lease", "15s", "--stream_ttl", "10m"]:
            self.assertIn(word, said)

    def test_every_flag_is_documented(self):
        _, said = run_to_its_end("--help")
        flags = set(re.findall(r"--([a-z_]+)", said)) - {"help", "version"}
        self.assertGreater(len(flags), 20)
        page = (paths.ROOT / "docs" / "configuration.md").read_text()
        missing = {flag for flag in flags if f"--{flag}" not in page}
        self.assertEqual(missing, set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
