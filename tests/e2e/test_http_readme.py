"""Every curl command that README.md shows is run, as it stands there, and
answers what it shows there.

An example is a line `$ curl ...` in a block of README.md (a backslash at its
end goes on with the next), and what follows it until an empty line and the next
example. A `…` stands for anything.
"""

import re
import shutil
import subprocess
import unittest

from harness import paths
from harness.case import Case
from harness.service import clean_environment

SHOWN_ADDRESS = "localhost:7071"


def examples():
    """(command, shown output) of each, in their order."""
    text = (paths.ROOT / "README.md").read_text()
    found = []
    for block in re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.split("\n")
            command = lines.pop(0)
            while command.endswith("\\"):
                command = command[:-1] + lines.pop(0).strip()
            if command.startswith("curl "):
                found.append((command, "\n".join(lines).strip()))
    return found


def pattern_of(shown):
    return re.compile(".*?".join(re.escape(part) for part in
                                 shown.split("…")), re.DOTALL)


@unittest.skipUnless(shutil.which("curl"), "no curl here")
class HttpReadme(Case):

    def test_every_example_does_what_it_says(self):
        service = self.start_service(self.start_redis().address,
                                     http_listen="127.0.0.1:0")
        shown_examples = examples()
        self.assertGreater(len(shown_examples), 5)
        for command, shown in shown_examples:
            with self.subTest(command):
                self.assertIn(SHOWN_ADDRESS, command)
                done = subprocess.run(
                    ["bash", "-c",
                     command.replace(SHOWN_ADDRESS, service.http)],
                    env=clean_environment({"no_proxy": "*"}),
                    stdin=subprocess.DEVNULL, capture_output=True, timeout=90,
                    check=False)
                said = done.stdout.decode().strip()
                self.assertEqual(done.returncode, 0, done.stderr.decode())
                self.assertRegex(said, re.compile(
                    r"\A" + pattern_of(shown).pattern + r"\Z", re.DOTALL))


if __name__ == "__main__":
    unittest.main(verbosity=2)
