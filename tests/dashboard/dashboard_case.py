"""The base of the browser's test cases: the real service, a model that says
what the test wants, and the page in a real browser.

What must never happen is checked at every test's end: a script that did not
come from the service, an error in a script, a dialog, a request elsewhere.
"""

import hashlib
import urllib.parse

from harness import wait
from harness.case import Case
from harness.http_api import HttpApi

from browser import Browser

PIECES = [f"piece {number} " for number in range(8)]


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


class DashboardCase(Case):
    """`answers`: what the model says, by message."""

    answers = {}
    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.model = self.start_model(dict(self.answers))
        self.redis = self.start_redis()
        self.service = self.start()
        self.http = HttpApi(self.service.http)
        self._pages = []

    def start(self, *flags, role="all", **options):
        return self.start_service(
            self.redis.address, "--lease=1s", *self.flags, *flags, role=role,
            environment=self.model.environment,
            **{"http_listen": "127.0.0.1:0", **options})

    def open(self, fragment="", service=None, host=None, **options):
        """The dashboard in a fresh browser."""
        page = self._started(self.browser.open(**options))
        self._pages.append(page)
        address = (service or self.service).http
        if host:
            address = host + ":" + address.rpartition(":")[2]
        page.goto(f"http://{address}/{fragment}")
        return page

    def tearDown(self):
        for page in self._pages:
            self.assert_quiet(page)

    def assert_quiet(self, page):
        journal = page.journal()
        for name in ("violations", "errors", "dialogs"):
            self.assertEqual(journal[name], [], name)
        own = urllib.parse.urlsplit(page.url()).netloc
        for url in journal["requests"]:
            self.assertEqual(urllib.parse.urlsplit(url).netloc, own, url)

    # What one does with the page.

    def start_run(self, page, message):
        page.locator("form option").first().wait_for(state="attached")
        page.getByLabel("Message").fill(message)
        page.getByRole("button", name="Start run").click()
        page.wait_until("() => location.hash.includes('/runs/')",
                        "the run's address")
        return self.conversation_of(page)

    def conversation_of(self, page):
        fragment = urllib.parse.urlsplit(page.url()).fragment
        return urllib.parse.unquote(fragment.split("/")[2])

    def wait_for_state(self, page, state):
        wait.until(lambda: page.text(".stream .badge") == state,
                   f"the stream to be {state}")

    def wait_for_shown(self, page, text):
        """All of what the newest run said."""
        wait.until(lambda: self.shown(page) == text,
                   f"the page to show {text!r}, not {self.shown(page)!r}")

    def shown(self, page):
        """What the newest run said, as it stands on the page."""
        return page.evaluate("""() => {
          const turn = [...document.querySelectorAll('.turn')].at(-1);
          return [...turn?.querySelectorAll('.steps > .text') ?? []]
              .map(text => text.textContent).join('');
        }""")

    def kept(self, conversation):
        """What the service keeps of it."""
        shown = self.http.get(f"/api/conversations/{conversation}").json
        return "".join(message["text"] for message in shown["messages"]
                       if message["role"] == "ASSISTANT")

    def run_of(self, conversation):
        """The newest run's record."""
        listed = self.http.get(f"/api/conversations/{conversation}/runs").json
        return listed["runs"][0]

    def wait_for_chunks(self, conversation, count):
        wait.until(
            lambda: self.run_of(conversation)["chunk_count"] >= count,
            f"{count} chunks in the log")

    def stream_requests(self, page):
        return sum("/api/agent/stream/" in url
                   for url in page.journal()["requests"])

    # What must be true at a run's end.

    def assert_proven(self, page, conversation, digest=True):
        """The page shows the whole answer once, and says so for good reason.

        `digest`: the browser has SHA-256 for this page.
        """
        self.wait_for_state(page, "completed")
        page.locator(".verdict").wait_for()
        self.assertEqual(page.text(".verdict"),
                         "Nothing lost, nothing doubled")
        kept = self.kept(conversation)
        self.assertTrue(kept)
        self.assertEqual(self.shown(page), kept)
        self.assertEqual(page.text(".proof code"),
                         sha256(kept) if digest else "")
        marks = page.evaluate("() => [...document.querySelectorAll"
                              "('.proof li')].map(li => li.dataset.ok)")
        self.assertEqual(set(marks), {"true"})
