"""Scenarios of browser.py: how the page looks, and what it tells of requests."""

import datetime
import re

from selenium.webdriver.common.by import By

from page import FAINT_TEXT, check, somebody


def no_network(page):
    """Without an answer the page says so, and keeps the message"""
    page.be("bayko")
    page.slow(offline=True)
    try:
        page.post("Hello?")
        page.eventually("No answer", lambda: page.text("#write [role=status]").startswith("No answer came."))
        check("whether it was stored" in page.text("#write [role=status]"), page.text("#write [role=status]"))
        check(page.one("#message").get_attribute("value") == "Hello?", "an empty field")
    finally:
        page.slow()
    page.submit("#write")
    page.eventually("the feed", lambda: page.first_message == "Hello?")


def waiting(page):
    """What takes a while is told meanwhile, and no more once it is done"""
    page.be("bayko")
    page.slow(milliseconds=900)
    try:
        page.post("Slowly")
        page.eventually("a word", lambda: page.text("#write [role=status]") == "Posting…")
        page.eventually("posted", lambda: page.text("#write [role=status]").startswith("Posted in "))
        page.eventually("a word", lambda: page.text("#feed-status") == "Loading…")
        page.eventually("the feed", lambda: page.first_message == "Slowly")
        check(page.text("#feed-status") == "", page.text("#feed-status"))
        page.one("#feed button").click()
        page.press("Me too")
        page.submit("#reply")
        page.eventually("a word", lambda: page.text("#reply [role=status]") == "Sending…")
        page.eventually("the reply", lambda: page.first_message == "Me too")
        page.put("#preferred-username", somebody()[1])
        page.submit("#sign-up")
        page.eventually("a word", lambda: page.text("#sign-up [role=status]") == "Signing up…")
        page.eventually("confirmed", lambda: page.text("#sign-up [role=status]").startswith("Confirmed in "))
        page.driver.get(page.url)
        page.eventually("a word", lambda: page.text("#feed-status") == "Loading…")
        check(page.text("#identity [role=status]") == "Loading the accounts…", page.text("#identity [role=status]"))
    finally:
        page.slow()


def many_marks(page):
    """A character with many marks paints over nothing but its own lines, in a message and in a name"""
    marked = "Z" + "\u0301\u0302" * 30 + "\u0323" * 60
    _, handle = somebody()
    page.be("bayko")
    page.post_and_see("Below")
    page.sign_up(marked, handle)
    page.post_and_see(marked)
    page.be("bayko")
    page.post_and_see("Above")
    page.run("document.activeElement.blur()")  # A caret blinks.
    [marks] = page.all("#feed li:nth-child(2) .message")
    around = [
        page.one(f"#feed li:nth-child({place}").rect
        for place in ["1)", "2) .dates", "2) .row", "3)"]]
    painted = [page.picture(part) for part in around]
    own = page.picture(marks.rect)
    page.run("for (const part of document.querySelectorAll('#feed li:nth-child(2) :is(h3 *, .message)'))"
             " part.style.color = 'transparent'")
    check(page.picture(marks.rect) != own, "no message at all")
    check([page.picture(part) for part in around] == painted, "marks beyond their own lines")


def handle_of_many_marks(page):
    """A handle with many marks stays within its heading, and its request within a few lines"""
    name, handle = somebody()
    page.sign_up(name, handle + "z" + "\u0301\u0302" * 300)
    page.one("#you a").click()
    page.eventually("a heading", lambda: page.text("#feed-heading").startswith(f"Activities of @{handle}"))
    page.run("document.activeElement.blur()")
    above = page.one("#write").rect
    painted = page.picture(above)
    page.run("document.querySelector('#feed-heading').style.color = 'transparent'")
    check(page.picture(above) == painted, "marks beyond the heading")
    line = page.one("#requests .line")
    check(line.rect["height"] < 100 and line.get_attribute("title").count("%CC%81") == 300, line.rect)


def requests_are_timed(page):
    """Each request is in the list with its status and time, the latest first"""
    page.be("no-such-person")
    page.post("x")
    page.is_refused("handle", "Nobody has this handle.")
    parts = [page.text(f"#requests tr {part}") for part in [".line", ".event", ".code"]]
    check(parts == ["POST /api/activities", "HTTP event", "422"], parts)
    check(float(page.text("#requests .milliseconds")) > 0, page.text("#requests .milliseconds"))
    check(re.fullmatch("[0-9a-f]{8}…", page.text("#requests .request-id")), page.text("#requests .request-id"))
    instant = datetime.datetime.fromisoformat(page.one("#requests time").get_attribute("datetime"))
    age = datetime.datetime.now(datetime.timezone.utc) - instant
    check(age < datetime.timedelta(minutes=1), age)
    _, handle = somebody()
    page.sign_up("Ann", handle)
    events = [
        (row.find_element(By.CSS_SELECTOR, ".line").text, row.find_element(By.CSS_SELECTOR, ".event").text)
        for row in page.all("#requests tr")]
    check(("POST /cognito/users", "PostConfirmation_ConfirmSignUp") in events, events)
    check(("GET /cognito/users", "no event") in events, events)


def requests_on_a_phone(page):
    """On a phone the list of requests is closed, and tells of the last one"""
    list_is_seen = "return document.querySelector('#requests tr').checkVisibility()"
    page.cdp("Emulation.setDeviceMetricsOverride", width=320, height=640, deviceScaleFactor=1, mobile=False)
    page.reload()
    check(not page.run(list_is_seen), "the list")
    page.be("bayko")
    page.post("")
    page.is_refused("message", "Write something first.")
    check(page.text("#latest-request").startswith("POST /api/activities, 422, "), page.text("#latest-request"))
    page.one("#log summary").click()
    check(page.run(list_is_seen), "no list")
    page.cdp("Emulation.clearDeviceMetricsOverride")
    page.reload()
    check(page.run(list_is_seen), "no list where there is room")


def light_and_dark(page):
    """In light and dark, each text has contrast, and the ground differs"""
    page.post("")  # So that what is said of failures is looked at, too.
    page.is_refused("handle", "Say who you are first.")
    check(page.text("#message-error") == "Write something first.", page.text("#message-error"))
    grounds = set()
    for scheme in ["light", "dark"]:
        page.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        grounds.add(page.run("return getComputedStyle(document.body).backgroundColor"))
        faint = page.run(FAINT_TEXT)
        check(not faint, (scheme, faint))
    check(len(grounds) == 2, grounds)


def narrow(page):
    """320 pixels, which 1280 are at 400 %, are wide enough"""
    page.be("bayko")
    page.post_and_see("w" * 280)
    page.one("#feed button").click()
    page.cdp("Emulation.setDeviceMetricsOverride", width=320, height=640, deviceScaleFactor=1, mobile=False)
    widths = page.run("return [document.documentElement.scrollWidth, document.documentElement.clientWidth, innerWidth]")
    check(widths[0] == widths[1] and widths[2] == 320, widths)


def names_for_everything(page):
    """Every control and every part of the page has a name that a screen reader can say"""
    page.one("#feed button").click()
    roles = {"button", "combobox", "link", "region", "table", "textbox"}
    seen = []
    for node in page.cdp("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value")
        if role in roles and not node["ignored"]:
            seen.append((role, node.get("name", {}).get("value", "")))
    check(all(name.strip() for _, name in seen), seen)
    wanted = {("link", "Skip to the activities"), ("textbox", "Message"), ("combobox", "Time to live")}
    wanted |= {("region", name) for name in ["Sign up", "Who you are", "Write", "Activities", "Requests"]}
    check(wanted <= set(seen), seen)
    check(any(role == "button" and name.startswith("Reply to ") for role, name in seen), seen)


def without_database(page):
    """Without a database the page says so, and of what was written, where to look"""
    check(page.text("#feed-status") == "The database is away. Try again in a moment.", page.text("#feed-status"))
    check(not page.one("#feed-empty").is_displayed(), page.text("#feed-empty"))
    page.one("#refresh").click()
    page.eventually("an answer", lambda: page.text("#requests .line").endswith("limit=20"))
    page.eventually("a word", lambda: page.text("#feed-status") == "The database is away. Try again in a moment.")
    page.be("bayko")
    page.post("Is anybody there?")
    words = "The database is away. Try again in a moment. Refresh to see whether it was stored."
    page.eventually("a word", lambda: page.text("#write [role=status]") == words)
    check(page.one("#message").get_attribute("value") == "Is anybody there?", "an empty field")
    page.put("#preferred-username", somebody()[1])
    page.submit("#sign-up")
    page.eventually("a word", lambda: page.text("#sign-up [role=status]").startswith("Cognito says: "))
    lines = [line.text for line in page.all("#requests .line")]
    check("POST /cognito/users" in lines and "GET /api/users/me" not in lines, lines)
    button = page.one("#sign-up button")
    page.eventually("all is done", lambda: button.get_attribute("aria-disabled") is None)
    page.sign_up("", somebody()[1])
    page.reload()
    lines = [line.text for line in page.all("#requests .line")]
    check(lines.count("GET /api/users/me") == 1, lines)
