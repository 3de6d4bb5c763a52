"""The page of `cruddur serve` in a headless Chromium, for browser.py."""

import contextlib
import json
import os
import re
import tempfile
import time
import uuid

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, TimeoutException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

PATIENCE = 30  # Seconds until something is taken never to happen.

# The contrast of each text on the page with what it stands on, where it is under 4.5 to 1 (WCAG 2.2, 1.4.3).
FAINT_TEXT = """
const channels = (color) => color.match(/[\\d.]+/g).map(Number);
const luminance = (color) => channels(color).slice(0, 3)
  .map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const isClear = (color) => channels(color)[3] === 0;
const ground = (element) => {
  const color = getComputedStyle(element).backgroundColor;
  return isClear(color) ? ground(element.parentElement) : color;
};
return [...document.body.querySelectorAll("*")]
  .filter((element) => element.checkVisibility())
  .filter((element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  .map((element) => {
    const [dim, bright] = [getComputedStyle(element).color, ground(element)].map(luminance).sort((a, b) => a - b);
    return [(bright + 0.05) / (dim + 0.05), element.outerHTML.slice(0, 80)];
  })
  .filter(([contrast]) => contrast < 4.5);
"""

# Keeps what each place for a status has said, by the id of what it is in: a word may be gone before anybody looks.
SAID = """
window.said = {};
new MutationObserver((changes) => {
  for (const { target } of changes) {
    const status = (target.closest ? target : target.parentElement)?.closest("[role=status]");
    if (status) (said[status.closest("[id]").id] ??= []).push(status.textContent);
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


def check(condition, seen):
    """Fails the scenario unless `condition` holds, and says what was seen instead."""
    if not condition:
        raise AssertionError(f"seen: {seen!r}")


def somebody():
    """A name and a handle that nobody else has."""
    number = uuid.uuid4().hex[:8]
    return f"Alice {number}", f"alice-{number}"


class Page:
    """The page in its browser, by what a person sees and presses."""

    def __init__(self, driver, url):
        self.driver = driver
        self.url = url

    def open(self):
        """The page in a tab of its own, which remembers nothing."""
        previous = self.driver.current_window_handle
        self.driver.switch_to.new_window("tab")
        tab = self.driver.current_window_handle
        self.driver.switch_to.window(previous)
        self.driver.close()
        self.driver.switch_to.window(tab)
        self.cdp("Page.addScriptToEvaluateOnNewDocument", source=SAID)
        self.reload()

    def reload(self):
        """The page anew, once it has loaded all that it shows."""
        self.driver.get(self.url)
        self.eventually("all is loaded", lambda: not self.all("[aria-busy=true]"))

    # What there is

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.one(selector).text

    def run(self, script):
        return self.driver.execute_script(script)

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    @property
    def focus(self):
        return self.driver.switch_to.active_element.get_attribute("id")

    def picture(self, rectangle):
        """A picture of a part of the page, as an element's `rect` has it."""
        return self.cdp("Page.captureScreenshot", clip=rectangle | {"scale": 1}, captureBeyondViewport=True)["data"]

    def at_rest(self, selectors):
        """Where parts of the page are, and their pictures, once neither has changed for half a second: a status that comes
        or goes moves what is below it."""
        seen, since = None, 0

        def look():
            nonlocal seen, since
            places = [self.one(selector).rect for selector in selectors]
            now = places, [self.picture(place) for place in places]
            if now != seen:
                seen, since = now, time.monotonic()
            return time.monotonic() - since > 0.5 and seen

        return self.eventually("rest", look)

    @property
    def chosen_account(self):
        """What stands in the list, without the marks that keep writing of another direction apart."""
        return re.sub("[\u2068\u2069]", "", Select(self.one("#account")).first_selected_option.text)

    @property
    def first_message(self):
        return self.text("#feed li:first-child .message")

    # What people do

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def tab_to(self, identifier):
        for _ in range(60):
            if self.focus == identifier:
                return
            self.press(Keys.TAB)
        raise AssertionError(f"the Tab key never reaches {identifier}")

    def put(self, selector, text):
        """Puts text into a field as an input method does, with any character of Unicode."""
        self.one(selector).clear()
        self.one(selector).click()
        self.cdp("Input.insertText", text=text)

    def submit(self, form):
        self.one(f"{form} button").click()

    def sign_up(self, name, handle, email=""):
        for field, text in {"#name": name, "#preferred-username": handle, "#email": email}.items():
            self.put(field, text)
        self.submit("#sign-up")
        said = self.one("#sign-up [role=status]")
        # Read once: between two looks at nothing yet, a word for the wait may have come.
        answer = self.eventually("Cognito's answer", lambda: re.fullmatch("[^…]+", said.text))
        button = self.one("#sign-up button")
        self.eventually("all is done", lambda: button.get_attribute("aria-disabled") is None)
        return answer[0]

    def be(self, handle):
        self.one("#account").send_keys("Somebody")
        self.put("#handle", handle)

    def slow(self, milliseconds=0, offline=False):
        """Lets each request take so long, or fail, from now on; what was said before is forgotten."""
        self.run("window.said = {}")
        self.cdp("Network.enable")
        self.cdp(
            "Network.emulateNetworkConditions", offline=offline, latency=milliseconds, downloadThroughput=-1,
            uploadThroughput=-1)

    def fetch(self, method, path, body):
        """Sends a request beside what the page does, and returns its status and body."""
        script = """
            const [method, path, body, done] = arguments;
            fetch(path, {method, headers: {"content-type": "application/json"}, body})
              .then(async (answer) => done([answer.status, await answer.json()]));
        """
        status, answer = self.driver.execute_async_script(script, method, path, json.dumps(body))
        check(status == 200, (status, answer))
        return answer

    def row(self, *words):
        """The console's latest row that has all these words; none is None."""
        rows = self.all("#invocations > li > .entry")
        return next((row for row in rows if all(word in row.text for word in words)), None)

    def details(self, row):
        """Opens a row, and gives what has opened, once all of it is there."""
        row.click()
        place = self.one(f"#{row.get_attribute('aria-controls')}")
        self.eventually("details", lambda: place.find_elements(By.CSS_SELECTOR, ".report li"))
        return place

    def post(self, message):
        self.put("#message", message)
        self.submit("#write")

    def post_and_see(self, message):
        self.post(message)
        self.eventually("the message in the feed", lambda: self.first_message == message)

    def eventually(self, what, condition):
        """Waits until `condition` holds, and returns what it is. The list may be replaced meanwhile."""
        try:
            wait = WebDriverWait(self.driver, PATIENCE, 0.05, ignored_exceptions=[StaleElementReferenceException])
            return wait.until(lambda _: condition())
        except TimeoutException:
            raise AssertionError(f"never: {what}; the page says:\n{self.text('body')[:1500]}") from None

    def is_told(self, place, word):
        """Waits until a place's status has said a word, though it may be gone by now."""
        self.eventually(f"{word!r} in {place}", lambda: word in self.run(f"return said['{place}'] ?? []"))

    def is_refused(self, field, words):
        """Waits until `words` stand beside a field that has the focus and is marked as wrong."""
        error = f"{field}-error"
        self.eventually(f"{words!r} beside {field}", lambda: words in self.text(f"#{error}"))
        check(self.focus == field, self.focus)
        check(self.one(f"#{field}").get_attribute("aria-invalid") == "true", "no aria-invalid")
        check(error in self.one(f"#{field}").get_attribute("aria-describedby"), "no aria-describedby")

    def complaints(self):
        """What the browser's console complains of. That a request failed is the page's own business."""
        entries = self.driver.get_log("browser")
        return [entry["message"] for entry in entries if "Failed to load resource" not in entry["message"]]


@contextlib.contextmanager
def chromium():
    """A browser that speaks to 127.0.0.1 only, and leaves nothing behind."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="cruddur-browser.", ignore_cleanup_errors=True) as home:
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        for argument in [
            "headless=new", f"user-data-dir={home}/profile", "window-size=1280,1000", "disable-dev-shm-usage",
            "no-first-run", "disable-background-networking", "disable-component-update", "no-proxy-server",
            "host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ]:
            options.add_argument(f"--{argument}")
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")  # Chromium refuses root a sandbox.
        # Named, or Selenium would look for a driver in the network.
        service = Service("/usr/bin/chromedriver", env={**os.environ, "HOME": home})
        driver = webdriver.Chrome(service=service, options=options)
        try:
            yield driver
        finally:
            driver.quit()
