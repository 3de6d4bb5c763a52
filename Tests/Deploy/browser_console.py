"""Scenarios of browser.py: what an operator sees and switches."""

import json
import re
import time
import urllib.request

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser_people import forget_password
from page import check, somebody

INVOKE = "/2015-03-31/functions/cruddur/invocations"


def ask(page, path, body=None):
    """Sends a request beside the browser, as a shell would."""
    request = urllib.request.Request(page.url + path, data=None if body is None else json.dumps(body).encode())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as answer:
        return answer.read().decode()


def pressed(page, button, words):
    """Presses a switch, and waits for what it says at last."""
    page.one(button).click()
    page.eventually(words, lambda: words in page.text("#switch-status"))


def is_there(page, handle):
    """Whether somebody has a row."""
    return ask(page, f"/api/activities?user_handle={handle}").startswith("[")


def parts(details):
    """The words of the timeline, and how long each part took."""
    rows = details.find_elements(By.CSS_SELECTOR, ".timeline li")
    return {row.text.split("\n")[0]: row.text.split("\n")[-1] for row in rows}


def nothing_yet(page):
    """Before anything was invoked the console says how to, and each time of the strip is said in words"""
    page.cdp("Network.enable")
    try:
        page.cdp("Network.setBlockedURLs", urls=["*/console/invocations*"])
        page.driver.get(page.url)
        page.eventually("a word", lambda: page.text("#console-status") == "The connection is lost. Trying again…")
        check(page.one("#invocations").get_attribute("aria-busy") == "true", "rows that nobody has seen")
    finally:
        page.cdp("Network.setBlockedURLs", urls=[])
    page.eventually("a connection", lambda: page.text("#console-status") == "")
    page.run("document.querySelectorAll('#invocations > li').forEach((row) => row.remove())")
    check("aws lambda invoke --endpoint-url " + page.url in page.run(
        "return document.querySelector('#sample-command').textContent"), "no command")
    caption = page.eventually("times", lambda: page.text("#latencies-caption"))
    check("p50 " in caption and " · p95 " in caption and " · max " in caption, caption)


def whoever_asks(page):
    """Each invocation is a row at once, whoever asked for it, with its time, its outcome and how long it took"""
    ask(page, INVOKE, {})
    row = page.eventually("what a shell has asked for", lambda: page.row("event of 2 bytes"))
    check("Function." in row.text and row.text.split("\n")[-1].endswith("s"), row.text)
    check(row.find_element(By.XPATH, "..").get_attribute("data-state") == "failed", row.text)
    _, handle = somebody()
    ask(page, "/cognito/users", {"preferred_username": handle})
    row = page.eventually("Cognito's trigger", lambda: page.row("PostConfirmation_ConfirmSignUp", "answered"))
    page.be("nobody-at-all")
    page.post("x")
    row = page.eventually("the page's own", lambda: page.row("POST /api/activities", "422"))
    check(row.find_element(By.XPATH, "..").get_attribute("data-state") == "refused", row.text)
    instant = row.find_element(By.TAG_NAME, "time").get_attribute("datetime")
    age = page.run(f"return Date.now() - new Date('{instant}')")
    check(-1000 < age < 60_000, instant)
    names = [name.text for name in page.all("#invocations .name")]
    check(names.index("POST /api/activities") < names.index("PostConfirmation_ConfirmSignUp"), names)
    caption = page.text("#latencies-caption")
    check("refused" in caption and "failed" in caption, caption)


def opening_a_row(page):
    """A row opens the event, the answer and its body, the log, and where the time went"""
    name, handle = somebody()
    ask(page, "/cognito/users", {"name": name, "preferred_username": handle})
    row = page.eventually("the trigger", lambda: page.row("PostConfirmation_ConfirmSignUp", "answered"))
    details = page.details(row)
    check(row.get_attribute("aria-expanded") == "true", "not expanded")
    event, answer, log = [part.text for part in details.find_elements(By.TAG_NAME, "pre")]
    check(f'\n      "preferred_username": "{handle}"' in event and answer == event, event)
    check("user added" in log and "statement over" in log, log)
    seen = parts(details)
    check("Handler" in seen and "Database: INSERT" in seen and "Init" not in seen, seen)
    report = details.find_element(By.CSS_SELECTOR, ".report").text
    check(report.startswith("REPORT RequestId: ") and "Billed Duration: " in report, report)
    saved = [link.get_attribute("href") for link in details.find_elements(By.LINK_TEXT, "Save")]
    check(json.loads(ask(page, saved[0][len(page.url):]))["triggerSource"].endswith("ConfirmSignUp"), saved)
    row.click()
    check(not details.is_displayed() and row.get_attribute("aria-expanded") == "false", "still open")
    ask(page, "/api/activities/home?limit=1")
    details = page.details(page.eventually("a request", lambda: page.row("GET /api/activities/home?limit=1", "200")))
    answer = details.find_elements(By.TAG_NAME, "pre")[1].text
    check("Its body:\n[\n  {\n    \"uuid\": " in answer, answer)


def killing_the_function(page):
    """A function that was killed starts anew for the next request, and nobody is lost"""
    pressed(page, "#kill", "Killed.")
    page.eventually("a row of its own", lambda: page.row("The function was killed", "done"))
    name, handle = somebody()
    status = page.sign_up(name, handle)
    check("Confirmed in " in status, status)
    row = page.eventually("a cold start", lambda: page.row("PostConfirmation_ConfirmSignUp", "cold", "answered"))
    seen = parts(page.details(row))
    check({"Init", "Handler", "Database: connect", "Database: INSERT"} <= set(seen), seen)
    check(is_there(page, handle), "nobody")
    check(" cold" in page.text("#latencies-caption"), page.text("#latencies-caption"))
    check(page.all("#latencies .bar.cold"), "no bar of its own")


def freezing_the_database(page):
    """While the database is frozen, a sign-up waits, and then it is done"""
    page.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    page.one("#freeze").click()
    page.eventually("it is frozen", lambda: page.text("#database-state") == "The database is frozen.")
    start = time.monotonic()
    name, handle = somebody()
    page.put("#name", name)
    page.put("#preferred-username", handle)
    page.submit("#sign-up")
    page.eventually("it is running", lambda: page.row("PostConfirmation_ConfirmSignUp", "running"))
    check(page.text("#database-state") == "The database is frozen.", page.text("#database-state"))
    check(page.all("#latencies .bar.running"), "no bar while it runs")
    check(page.run("return document.getAnimations().length") == 0, "something moves for whoever wants none of that")
    page.eventually("confirmed", lambda: page.text("#sign-up [role=status]").startswith("Confirmed in "))
    waited = time.monotonic() - start
    check(1 < waited < 5, waited)
    page.eventually("it goes on", lambda: page.text("#switch-status") == "The database goes on.")
    check(page.text("#database-state") == "The database is running.", page.text("#database-state"))
    row = page.row("PostConfirmation_ConfirmSignUp", "answered")
    details = page.details(row)
    seen = parts(details)
    check(any(part.startswith("Database: ") and time.endswith(" s") for part, time in seen.items()), seen)
    check(is_there(page, handle), "nobody")


def stopping_the_database(page):
    """Without the database a sign-up fails as Cognito would say; once it is back, the same person gets their row"""
    pressed(page, "#stop-or-start", "Stopped.")
    check(page.text("#database-state") == "The database is stopped.", page.text("#database-state"))
    check(not page.one("#freeze").is_displayed(), "a switch that does nothing")
    name, handle = somebody()
    status = page.sign_up(name, handle, f"{handle}@example.com")
    check(status.startswith("Cognito says: PostConfirmation failed with error"), status)
    row = page.eventually("a failure", lambda: page.row("PostConfirmation_ConfirmSignUp", "Function."))
    seen = parts(page.details(row))
    check(any(re.fullmatch("Database: connect, connectionRefused, \\d+ times", part) and time.endswith(" s")
              for part, time in seen.items()), seen)
    check("failed" in page.text("#latencies-caption"), page.text("#latencies-caption"))
    check(page.text("#stop-or-start") == "Start database", page.text("#stop-or-start"))
    pressed(page, "#stop-or-start", "The database is back.")
    page.one("#account").send_keys(name)
    forget_password(page)
    page.press(Keys.ENTER)
    page.eventually("a new password", lambda: page.text("#identity [role=status]").startswith("New password in "))
    check(is_there(page, handle), "nobody")
    rows = [row.text for row in page.all("#invocations .action .name")]
    check(rows[:2] == ["The database is started", "The database is stopped"], rows)


def connection_lost(page):
    """A connection that is lost is told, and made anew, with what came meanwhile and nothing twice"""
    ask(page, INVOKE, "before")
    page.eventually("a row", lambda: page.row("JSON: string"))
    count = len(page.all("#invocations > li"))
    page.driver.switch_to.new_window("tab")  # The first one is hidden, and watches no more.
    ask(page, INVOKE, [1])
    page.driver.close()
    page.driver.switch_to.window(page.driver.window_handles[0])
    page.eventually("what came meanwhile", lambda: page.row("JSON: array"))
    check(len(page.all("#invocations > li")) == count + 1, len(page.all("#invocations > li")))


def by_keyboard_alone(page):
    """The console is worked by keyboard alone"""
    page.run("document.querySelectorAll('.skip')[1].focus()")
    page.press(Keys.ENTER)
    check(page.focus == "console-heading", page.focus)
    page.press(Keys.TAB)
    check(page.focus == "kill", page.focus)
    page.press(Keys.ENTER)
    page.eventually("killed", lambda: "Killed." in page.text("#switch-status"))
    ask(page, INVOKE, [1])
    first = page.eventually("a row", lambda: page.row("JSON: array", "cold"))
    page.press(Keys.TAB, Keys.TAB, Keys.TAB)
    active = page.driver.switch_to.active_element
    check(active == first, active.get_attribute("outerHTML")[:100])
    page.press(Keys.ENTER)
    place = page.one(f"#{first.get_attribute('aria-controls')}")
    page.eventually("details", lambda: place.is_displayed() and "Event, 3 bytes" in place.text)
    page.press(Keys.ARROW_DOWN)
    check(page.driver.switch_to.active_element == page.all("#invocations button.entry")[1], "not the next row")
    page.press(Keys.HOME)
    check(page.driver.switch_to.active_element == first, "not the first row")
    page.press(Keys.TAB)
    check(page.driver.switch_to.active_element.tag_name == "summary", "not the event")
    page.press(Keys.ENTER)
    check(not place.find_element(By.TAG_NAME, "pre").is_displayed(), "still open")
    page.press(Keys.ENTER)


def what_is_left_open(page):
    """Which parts of the details are open is remembered"""
    row = page.eventually("a row", lambda: page.row("JSON: array"))
    page.details(row).find_element(By.TAG_NAME, "summary").click()
    page.reload()
    details = page.details(page.eventually("a row", lambda: page.row("JSON: array")))
    event, answer = details.find_elements(By.TAG_NAME, "pre")[:2]
    check(not event.is_displayed() and answer.is_displayed(), details.text)
    details.find_element(By.TAG_NAME, "summary").click()
    check(event.is_displayed(), details.text)


def many_rows(page):
    """As many rows as are kept are shown, and no more; an open one stays as it is"""
    details = page.details(page.eventually("a row", lambda: page.row("JSON: array")))
    for _ in range(30):
        ask(page, INVOKE, {})
    page.eventually("all of them", lambda: len([row for row in page.all("#invocations .name")
                                                if row.text == "event of 2 bytes"]) >= 30)
    check(details.is_displayed(), "closed")
    for _ in range(200):
        ask(page, INVOKE, [])
    page.eventually("200", lambda: len(page.all("#invocations > li")) == 200)
    page.reload()
    page.eventually("200", lambda: len(page.all("#invocations > li")) == 200)


def deep_event(page):
    """What is nested too deeply to be indented can be read all the same"""
    ask(page, INVOKE, json.loads("[" * 400 + "7" + "]" * 400))
    row = page.eventually("a row", lambda: page.row("JSON: array"))
    event = page.details(row).find_element(By.TAG_NAME, "pre").text
    check(event.startswith("[\n  [\n    [") and "[[[7]]]" in event and len(event) < 10_000, len(event))


def foreign_database(page):
    """The page has no switches for somebody's own database, and says why"""
    page.eventually("why", lambda: "of your own CONNECTION_URL" in page.text("#database-state"))
    check(not page.one("#freeze").is_displayed() and not page.one("#stop-or-start").is_displayed(), "switches")
    check(page.one("#kill").is_displayed(), "no switch for the function")
