"""What a model, a tool or a user says is text: it is shown as it is, and
nothing of it ever runs.
"""

import json
import unittest

from harness import wait
from harness.model_server import Turn

from dashboard_case import DashboardCase

EVIL = [
    '<img src=x onerror="window.pwned=1">',
    "<script>window.pwned=1</script>",
    "javascript:window.pwned=1",
    '"><svg onload=window.pwned=1>',
    "[click](javascript:window.pwned=1)",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<style>body{display:none}</style>",
    "</textarea></title><base href='//evil.example/'>",
    "{{constructor.constructor('window.pwned=1')()}}",
    "\u202e reversed \u2066 isolated", "a\0b".replace("\0", "\u2400")]
MESSAGE = " ".join(EVIL)
NAME = "<img src=x onerror=window.pwned=1>"


class DashboardSafety(DashboardCase):

    answers = {
        MESSAGE: [Turn(EVIL, [(NAME, json.dumps({"place": MESSAGE}))]),
                  Turn(EVIL)],
        "hello": [Turn(["hello"])]}

    def assert_harmless(self, page):
        self.assertIsNone(page.evaluate("() => window.pwned ?? null"))
        self.assertEqual(page.evaluate(
            "() => document.querySelectorAll('main :is(img, script, iframe,"
            " style, base, object, embed)').length"), 0)
        self.assertEqual(page.evaluate(
            "() => [...document.querySelectorAll('a')].filter(link =>"
            " !link.getAttribute('href').startsWith('#')).length"), 0)
        self.assertTrue(page.locator("h1").isVisible())
        self.assert_quiet(page)

    def test_markup_in_messages_answers_and_tools_is_only_shown(self):
        page = self.open()
        conversation = self.start_run(page, MESSAGE)
        self.assert_proven(page, conversation)
        self.assertEqual(page.text(".said"), MESSAGE)
        self.assertEqual(self.shown(page), "".join(EVIL + EVIL))
        self.assertEqual(page.text(".tool-name"), NAME)
        self.assertIn(EVIL[0].replace('"', '\\"'),
                      page.text(".tool .arguments"))
        self.assert_harmless(page)
        # Again, from what the conversation keeps.
        other = self.open(f"#/conversations/{conversation}")
        self.assert_proven(other, conversation)
        self.assertEqual(other.text(".said"), MESSAGE)
        self.assert_harmless(other)

    def test_the_log_shows_them_too(self):
        page = self.open()
        self.start_run(page, MESSAGE)
        self.wait_for_state(page, "completed")
        rows = page.locator(".log tbody .data").texts()
        self.assertEqual(json.loads(rows[0]), EVIL[0])
        self.assert_harmless(page)

    def test_an_address_cannot_bring_a_script_along(self):
        page = self.open("#/conversations/" + MESSAGE.replace("/", "%2F"))
        page.locator(".gone").wait_for()
        self.assert_harmless(page)

    def test_a_failure_is_text(self):
        self.model.close()
        page = self.open()
        page.getByText("Options").click()
        page.getByLabel("Time limit").fill("1")
        self.start_run(page, MESSAGE)
        self.wait_for_state(page, "failed")
        wait.until(lambda: "RUN_TIMEOUT" in page.text(".turn .error"),
                   "the failure to be told")
        self.assert_harmless(page)

    def refuses(self, page, action):
        return page.evaluate("""() => {
          try {
            %s;
            return false;
          } catch (error) {
            return error instanceof TypeError;
          }
        }""" % action)

    def open_to_break(self):
        page = self.open()
        page.getByRole("heading", name="New run").wait_for()
        self._pages.remove(page)  # What follows are violations.
        return page

    def test_not_even_a_script_of_the_page_makes_scripts_of_texts(self):
        page = self.open_to_break()
        for action in ["document.body.innerHTML = '<p>no</p>'",
                       "document.body.setAttribute('onclick', 'no()')",
                       "document.createElement('script').src = '/x.js'",
                       "document.createElement('iframe').srcdoc = '<p>no</p>'",
                       "document.write('<p>no</p>')"]:
            self.assertTrue(self.refuses(page, action), action)

    def test_nothing_is_loaded_from_elsewhere(self):
        page = self.open_to_break()
        page.evaluate("""() => {
          const add = (tag, attributes) => document.body.append(
              Object.assign(document.createElement(tag), attributes));
          add('img', {src: 'https://evil.example/x.png'});
          add('link', {rel: 'stylesheet', href: 'https://evil.example/x.css'});
          add('form', {action: 'https://evil.example/'});
          document.querySelector('form:last-of-type').submit();
          fetch('https://evil.example/').catch(() => {});
        }""")
        wanted = {"img-src", "style-src-elem", "connect-src", "form-action"}
        wait.until(lambda: {what.split()[0] for what in
                            page.journal()["violations"]} >= wanted,
                   "the policy to refuse them all")

    # What the browser is told.

    def test_every_file_has_a_policy_a_type_and_a_tag(self):
        page = self.open()
        page.locator(".agents .name").wait_for()
        types = {"": "text/html; charset=utf-8",
                 "js": "text/javascript; charset=utf-8",
                 "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
        paths = {"/" + url.split("/", 3)[3]
                 for url in page.journal()["requests"] if "/api/" not in url}
        self.assertGreater(len(paths), 30)
        for path in paths:
            reply = self.http.get(path)
            self.assertEqual(reply.status, 200, path)
            headers = reply.headers
            ending = path.rpartition(".")[2] if "." in path else ""
            self.assertEqual(headers["content-type"], types[ending], path)
            policy = headers["content-security-policy"]
            for rule in ("default-src 'none'", "script-src 'self'",
                         "frame-ancestors 'none'", "base-uri 'none'",
                         "form-action 'none'"):
                self.assertIn(rule, policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(headers["x-content-type-options"], "nosniff")
            self.assertEqual(headers["cache-control"], "no-cache")
            again = self.http.get(path, if_none_match=headers["etag"])
            self.assertEqual((again.status, again.body), (304, b""), path)

    def test_files_can_only_be_read(self):
        for method in ("POST", "PUT", "DELETE"):
            reply = self.http.call(method, "/")
            self.assertEqual(reply.status, 405)
            self.assertIn("GET", reply.headers["allow"])
        head = self.http.call("HEAD", "/dashboard/app.js")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertGreater(int(head.headers["content-length"]), 0)
        for path in ("/dashboard/", "/dashboard/../etc/passwd",
                     "/dashboard/app.js/", "/index.html", "/dashboard/%61pp.js"):
            self.assertEqual(self.http.get(path).status, 404, path)


if __name__ == "__main__":
    unittest.main(verbosity=2)
