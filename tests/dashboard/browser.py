"""A real Chromium, headless, driven through driver.mjs.

`Page` has Playwright's own vocabulary: methods that find give a `Locator`, all
others are calls that return when they are done.

    page.getByRole("button", name="Cut the stream").click()
"""

import itertools
import json
import os
import pathlib
import subprocess

from harness import paths, wait

_FINDERS = {"locator", "getByRole", "getByText", "getByLabel", "filter",
            "first", "last", "nth"}
_DRIVER = pathlib.Path(__file__).resolve().parent / "driver.mjs"


class _Chain:
    """Calls that were made so far; the next one that finds nothing is made."""

    def __init__(self, page, steps=()):
        self._page = page
        self._steps = steps

    def __getattr__(self, method):
        def call(*args, **options):
            step = [method, *args, *([options] if options else [])]
            steps = (*self._steps, step)
            if method in _FINDERS:
                return Locator(self._page, steps)
            return self._page._ask(chain=steps)
        return call


class Locator(_Chain):
    """Elements; looked for anew by every call."""

    def wait_for(self, state="visible"):
        return self.waitFor(state=state)

    def texts(self):
        return self.allTextContents()

    def attribute(self, name):
        return self.getAttribute(name)


class Page(_Chain):

    def __init__(self, browser, number):
        super().__init__(self)
        self._browser = browser
        self._number = number
        self.keyboard = _Keyboard(self)

    def _ask(self, **request):
        return self._browser.ask(page=self._number, **request)

    def journal(self):
        """Policy violations, errors, dialogs, requests: lists by name."""
        return self._ask(journal=True)

    def close(self):
        self._ask(close=True)

    # What tests look at.

    def text(self, selector):
        """The text of the one element; empty while there is none."""
        return "".join(self.locator(selector).texts()[:1])

    def wait_for_text(self, selector, text):
        wait.until(lambda: self.text(selector) == text,
                   f"{selector} to read {text!r}")

    def wait_until(self, expression, what):
        """Until JavaScript says so."""
        return wait.until(lambda: self.evaluate(expression), what)

    def focused(self):
        """The label of what the keyboard is on."""
        return self.evaluate(
            "() => (document.activeElement.getAttribute('aria-label') ||"
            " document.activeElement.labels?.[0]?.textContent ||"
            " document.activeElement.textContent).trim()")


class _Keyboard:
    """Keys go where the focus is."""

    def __init__(self, page):
        self._page = page

    def press(self, key):
        self._page._ask(chain=[["keyboard.press", key]])

    def type(self, text):
        self._page._ask(chain=[["keyboard.type", text]])


class Browser:
    """One Chromium; pages share nothing but it."""

    def __init__(self):
        node, modules = paths.node()
        self._ids = itertools.count(1)
        self._process = subprocess.Popen(
            [node, str(_DRIVER)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
            env={**os.environ, "AGENT_TEST_NODE_MODULES": modules})

    def ask(self, **request):
        request["id"] = next(self._ids)
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError("the browser's driver ended")
        reply = json.loads(line)
        assert reply["id"] == request["id"], reply
        if "error" in reply:
            raise AssertionError(reply["error"])
        return reply["value"]

    def open(self, **options):
        """Playwright's context options: viewport, colorScheme, …"""
        options.setdefault("locale", "en-GB")
        return Page(self, self.ask(open=options))

    def close(self):
        self._process.stdin.close()
        self._process.wait(timeout=20)
        self._process.stdout.close()
