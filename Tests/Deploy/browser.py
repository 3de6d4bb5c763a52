"""Uses the page of `cruddur serve` as people do, in a headless Chromium.

    browser.py URL

The database has the seed data, and refuses the name Refused. Prints each scenario; the exit code is 1 if one failed.
"""

import json
import sys
import time
import traceback
import uuid

from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from page import FAINT_TEXT, Page, check, chromium

FAMILY = "👨‍👩‍👧‍👦"  # One character to a person, seven scalars to Unicode.


def somebody():
    """A name and a handle that nobody else has."""
    number = uuid.uuid4().hex[:8]
    return f"Alice {number}", f"alice-{number}"


# Scenarios


def by_keyboard_alone(page):
    """Two people sign up, one is chosen, writes, and sees it in the feed first, by keyboard alone"""
    people = [somebody(), somebody()]
    for name, handle in people:
        page.tab_to("name")
        page.press(name, Keys.TAB, handle, Keys.TAB, f"{handle}@example.com", Keys.ENTER)
        page.eventually("confirmed", lambda name=name: f"{name} (" in page.text("#sign-up [role=status]"))
    check(page.focus == "email", page.focus)
    name, handle = people[0]
    page.tab_to("account")
    page.press(name)
    page.tab_to("message")
    page.press("Good morning", Keys.TAB, Keys.TAB, Keys.ENTER)
    page.eventually("posted", lambda: page.text("#write [role=status]").startswith("Posted in "))
    page.eventually("the feed", lambda: page.first_message == "Good morning")
    heading = page.text("#feed li:first-child h3")
    check(heading == f"{name} @{handle}", heading)
    page.reload()
    chosen = page.eventually("the choice", lambda: Select(page.one("#account")).first_selected_option.text)
    check(chosen.startswith(name), chosen)


def markup_is_text(page):
    """Markup in names and messages is text, with its line breaks, and nothing of it runs"""
    markup = '<img src=x onerror="document.title=1"><b>bold</b>\n<script>document.title = 2</script>\n&amp;'
    _, handle = somebody()
    page.sign_up("<i>Eve</i>", handle)
    page.post_and_see(markup)
    check(page.text("#feed li:first-child .name") == "<i>Eve</i>", page.text("#feed li:first-child .name"))
    inside = page.run("return document.querySelectorAll('main :is(img, b, i, script)').length")
    check(inside == 0, f"{inside} elements")
    check(page.driver.title == "Cruddur", page.driver.title)


def blank_message(page):
    """A blank message is told beside the field, and so is a missing author"""
    page.be("bayko")
    page.post("  ")
    page.is_refused("message", "Write something first.")
    page.press("x")
    check(page.text("#message-error") == "", page.text("#message-error"))
    page.be("")
    page.post("Who am I?")
    page.is_refused("handle", "Say who you are first.")
    page.be("no-such-person")
    page.post("Who am I?")
    page.is_refused("handle", "Nobody has this handle.")
    check(page.one("#message").get_attribute("value") == "Who am I?", "an empty field")


def long_message(page):
    """280 characters as people count them are posted, 281 are told and kept"""
    page.be("bayko")
    page.put("#message", FAMILY * 281)
    check(page.text("#message-count") == "281 of 280 characters", page.text("#message-count"))
    check(page.text("#write [role=status]") == "Too long.", page.text("#write [role=status]"))
    page.submit("#write")
    page.is_refused("message", "longer than 280 characters")
    check(page.one("#message").get_attribute("value") == FAMILY * 281, "another text in the field")
    page.post_and_see(FAMILY * 280)
    check(page.text("#message-count") == "0 of 280 characters", page.text("#message-count"))


def replying(page):
    """A reply is counted, a draft outlives a refresh, and the focus comes back"""
    page.be("bayko")
    page.post_and_see("Answer me")
    answered = f"#feed article[data-uuid='{page.one('#feed article').get_attribute('data-uuid')}']"
    page.one(f"{answered} button").click()
    check(page.focus == "reply-message", page.focus)
    page.press("Here you are")
    page.one("#refresh").click()
    page.eventually("refreshed", lambda: page.text("#feed-status").startswith("Refreshed in "))
    page.one(f"{answered} #reply button").click()
    page.eventually("one reply", lambda: page.text(f"{answered} .replies") == "1 reply")
    check(page.first_message == "Here you are", page.first_message)
    check(page.text("#feed .context") == "In reply to Andrew Bayko", page.text("#feed .context"))
    button = page.driver.switch_to.active_element
    check(button.text.startswith("Reply"), button.text)
    button.click()
    page.submit("#reply")
    page.is_refused("reply-message", "Write something first.")
    page.press(Keys.ESCAPE)
    check(not page.one("#reply").is_displayed(), "the reply form")
    check(page.driver.switch_to.active_element == button, page.focus)


def paging(page):
    """Older activities come twenty at a time, each once, with the focus on the first of them"""
    json_type = "{'content-type': 'application/json'}"
    write = f"fetch('/api/activities', {{method: 'POST', headers: {json_type}, body: arguments[0]}})"
    for number in range(25):
        body = json.dumps({"message": f"Page {number}", "ttl": "1-hour", "user_handle": "bayko"})
        status = page.driver.execute_async_script(f"{write}.then((answer) => arguments[1](answer.status))", body)
        check(status == 200, status)
    page.reload()
    check(len(page.all("#feed li")) == 20, len(page.all("#feed li")))
    while page.one("#older").is_displayed():
        shown = len(page.all("#feed li"))
        page.one("#older").click()
        page.eventually("older ones", lambda shown=shown: len(page.all("#feed li")) > shown)
        new = page.one(f"#feed li:nth-child({shown + 1}) h3")
        check(page.driver.switch_to.active_element == new, page.focus)
    uuids = page.run("return [...document.querySelectorAll('article')].map((article) => article.dataset.uuid)")
    check(len(uuids) >= 25 and len(set(uuids)) == len(uuids), uuids)
    check("Sown with the seed data." in page.text("#feed"), page.text("#feed"))


def refused_sign_up(page):
    """A sign-up that Cognito refuses is told in its words, and what was typed stays"""
    status = page.sign_up("Nobody", "")
    check(status.startswith("Cognito says: "), status)
    check(page.one("#name").get_attribute("value") == "Nobody", "an empty field")
    name, handle = somebody()
    page.sign_up(name, handle, f"{handle}@example.com")
    check(page.one("#name").get_attribute("value") == "", "a full field")
    status = page.sign_up("Another", "", f"{handle}@example.com")
    check("Cognito says: " in status and "exists" in status, status)


def failing_trigger(page):
    """Somebody whose trigger failed has an account and no row, and is told so"""
    _, handle = somebody()
    status = page.sign_up("Refused", handle)
    check("PostConfirmation failed with error" in status and "confirmed in spite of it" in status, status)
    page.one("#account").send_keys("Refused")
    page.post("Am I there?")
    page.is_refused("account", "This account has no row")


def forgotten_account(page):
    """An account that ended with another server is told beside the list of accounts, and the message stays"""
    page.sign_up(*somebody())
    page.post_and_see("I am here")
    # As if the server had been started anew.
    page.run("document.querySelector('#account').selectedOptions[0].value = crypto.randomUUID()")
    page.post("Still there?")
    page.is_refused("account", "This account ended with the server")
    check(page.one("#message").get_attribute("value") == "Still there?", "an empty field")


def no_network(page):
    """Without an answer the page says so, and keeps the message"""
    page.be("bayko")
    network = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    page.cdp("Network.enable")
    page.cdp("Network.emulateNetworkConditions", offline=True, **network)
    try:
        page.post("Hello?")
        page.eventually("No answer", lambda: page.text("#write [role=status]").startswith("No answer came."))
        check(page.one("#message").get_attribute("value") == "Hello?", "an empty field")
    finally:
        page.cdp("Network.emulateNetworkConditions", offline=False, **network)
    page.submit("#write")
    page.eventually("the feed", lambda: page.first_message == "Hello?")


def requests_are_timed(page):
    """Each request is in the list with its status and time, the latest first"""
    page.be("no-such-person")
    page.post("x")
    page.is_refused("handle", "Nobody has this handle.")
    request, status, milliseconds = page.text("#requests tr").rsplit(maxsplit=2)
    check((request, status) == ("POST /api/activities", "422"), (request, status))
    check(float(milliseconds) > 0, milliseconds)


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


SCENARIOS = [
    by_keyboard_alone, markup_is_text, blank_message, long_message, replying, paging, refused_sign_up, failing_trigger,
    forgotten_account, no_network, requests_are_timed, light_and_dark, narrow, names_for_everything,
]


def passes(scenario, page):
    """Runs a scenario, and prints what it is, how long it took, and why it failed."""
    start = time.monotonic()
    try:
        page.open()
        scenario(page)
        complaints = page.complaints()
        check(not complaints, complaints)
    except Exception:
        print(f"FAILED: {scenario.__doc__}\n{traceback.format_exc()}", flush=True)
        return False
    print(f"passed: {scenario.__doc__} ({time.monotonic() - start:.1f} s)", flush=True)
    return True


def main(url):
    with chromium() as driver:
        page = Page(driver, url)
        return all([passes(scenario, page) for scenario in SCENARIOS])


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
