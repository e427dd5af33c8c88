"""The dashboard by keyboard, on a phone, in the dark, and for those who hear
it.
"""

import unittest

from harness import wait
from harness.model_server import Turn

from dashboard_case import PIECES, DashboardCase

LONG = ["word " * 40, "x" * 3000, "\n", "| a | " * 200, "https://" + "a" * 500]
PHONES = [{"width": 320, "height": 640}, {"width": 390, "height": 844}]


class DashboardAccess(DashboardCase):

    answers = {
        "hello": [Turn(PIECES)],
        "hold": [Turn(PIECES, hold_before=4)],
        "long": [Turn(LONG, [("t" * 60, '{"destination":"' + "d" * 400 + '"}')]),
                 Turn(LONG)],
        "y" * 500: [Turn(["z" * 500])]}

    def press_until(self, page, key, label, limit=60):
        """The keyboard's way to what is called so."""
        for _ in range(limit):
            if page.focused().startswith(label):
                return
            page.keyboard.press(key)
        raise AssertionError(f"{key} does not lead to {label!r}")

    def announced(self, page, text):
        wait.until(lambda: text in page.text("#announcer"),
                   f"{text!r} to be announced")

    def test_everything_is_done_by_keyboard(self):
        page = self.open()
        page.locator(".agents .name").wait_for()
        page.keyboard.press("Tab")
        self.assertEqual(page.focused(), "Skip to the content")
        self.press_until(page, "Tab", "Message")
        page.keyboard.type("hold")
        page.keyboard.press("Control+Enter")
        self.wait_for_shown(page, "".join(PIECES[:4]))
        conversation = self.conversation_of(page)
        self.announced(page, "Streaming")
        self.press_until(page, "Tab", "Cut the stream")
        page.keyboard.press("Enter")
        self.wait_for_state(page, "cut")
        self.announced(page, "Stream cut after 4 chunks")
        # The focus stays on the button, which now does the contrary.
        self.assertEqual(page.focused(), "Resume from the cursor")
        page.keyboard.press("Enter")
        self.wait_for_state(page, "live")
        self.announced(page, "Stream resumed")
        self.assertEqual(page.focused(), "Cut the stream")
        self.model.release()
        self.assert_proven(page, conversation)
        # The button is gone, but not the place.
        self.assertEqual(page.focused(), "Stream")
        self.press_until(page, "Shift+Tab", "Delete")
        page.keyboard.press("Enter")
        self.assertEqual(page.focused(), "Keep it")
        page.keyboard.press("Escape")
        page.getByRole("dialog").wait_for(state="hidden")
        self.assertEqual(page.focused(), "Delete")
        page.keyboard.press("Enter")
        self.press_until(page, "Tab", "Delete")
        page.keyboard.press("Enter")
        page.getByRole("heading", name="New run").wait_for()
        wait.until(lambda: page.focused() == "New run",
                   "the focus to go where the page went")
        self.announced(page, "deleted")

    def test_a_run_is_cancelled_by_keyboard(self):
        page = self.open()
        self.start_run(page, "hold")
        self.wait_for_shown(page, "".join(PIECES[:4]))
        self.press_until(page, "Tab", "Cancel run")
        page.keyboard.press("Space")
        self.wait_for_state(page, "cancelled")
        self.announced(page, "cancelled")

    def test_every_control_has_a_name_and_every_field_a_label(self):
        page = self.open()
        self.start_run(page, "hello")
        self.wait_for_state(page, "completed")
        nameless = page.evaluate("""() => [...document.querySelectorAll(
            'button, a, input, textarea, select')].filter(each =>
              each.checkVisibility() && !each.textContent.trim() && !each.labels?.length &&
              !each.getAttribute('aria-label')).map(each => each.outerHTML)""")
        self.assertEqual(nameless, [])
        self.assertEqual(page.locator("h1").count(), 1)
        self.assertEqual(page.evaluate("() => document.documentElement.lang"),
                         "en")

    def test_nothing_is_wider_than_a_phone(self):
        for viewport in PHONES:
            with self.subTest(viewport=viewport):
                page = self.open(viewport=viewport)
                page.locator(".agents .name").wait_for()
                self.assert_fits(page)
                page.getByText("Options").click()
                self.assert_fits(page)
                conversation = self.start_run(page, "long")
                self.assert_proven(page, conversation)
                self.assert_fits(page)
                page.getByRole("button", name="Delete").click()
                self.assert_fits(page)
                page.keyboard.press("Escape")
                self.start_another(page, "y" * 500)
                self.assert_fits(page)

    def start_another(self, page, message):
        page.getByLabel("Message").fill(message)
        page.getByRole("button", name="Send").click()
        wait.until(lambda: page.locator(".turn").count() == 2, "another turn")
        self.wait_for_shown(page, "z" * 500)

    def assert_fits(self, page):
        wide = page.evaluate("""() => ({
          content: document.documentElement.scrollWidth,
          window: innerWidth,
        })""")
        self.assertLessEqual(wide["content"], wide["window"])

    def test_on_a_phone_the_way_back_and_the_cut_are_at_hand(self):
        page = self.open(viewport=PHONES[1])
        self.start_run(page, "hold")
        self.wait_for_shown(page, "".join(PIECES[:4]))
        button = page.getByRole("button", name="Cut the stream")
        page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
        self.assertTrue(page.evaluate("""() => {
          const {top, bottom} =
              document.querySelector('.cut').getBoundingClientRect();
          return top >= 0 && bottom <= innerHeight;
        }"""))
        button.click()
        self.wait_for_state(page, "cut")
        page.getByRole("link", name="All conversations").click()
        page.getByRole("heading", name="New run").wait_for()
        page.locator(".conversations a").first().wait_for()
        self.model.release()

    def test_both_colour_schemes_can_be_read(self):
        for scheme in ("light", "dark"):
            with self.subTest(scheme=scheme):
                page = self.open(colorScheme=scheme)
                self.start_run(page, "hello")
                self.wait_for_state(page, "completed")
                page.locator(".verdict").wait_for()
                faint = page.evaluate(CONTRASTS)
                self.assertEqual(faint, [])
                self.assertEqual(
                    page.evaluate("() => getComputedStyle(document.body)"
                                  ".backgroundColor") == "rgb(14, 16, 20)",
                    scheme == "dark")


# The texts whose contrast with what is behind them is below WCAG's 4.5.
CONTRASTS = """() => {
  const parse = color => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(
      c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
      .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const color = parse(getComputedStyle(e).backgroundColor);
      if (color.length < 4 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll('body *')) {
    const says = [...element.childNodes].some(
        node => node.nodeType === 3 && node.data.trim());
    if (!says || !element.checkVisibility() || element.closest('.skip')) {
      continue;
    }
    const pair = [parse(getComputedStyle(element).color), behind(element)]
        .map(light).sort((a, b) => b - a);
    const contrast = (pair[0] + .05) / (pair[1] + .05);
    if (contrast < 4.5) {
      faint.push([element.className, element.textContent.slice(0, 30), contrast]);
    }
  }
  return faint;
}"""


if __name__ == "__main__":
    unittest.main(verbosity=2)
