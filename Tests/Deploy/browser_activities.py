"""Scenarios of browser.py: what is written, and how it is read."""

import uuid

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from page import check, somebody

FAMILY = "👨‍👩‍👧‍👦"  # One character to a person, seven scalars to Unicode.

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
    status = page.text(f"{answered} > [role=status]")
    check(status.startswith("Replied in ") and status.endswith("Read the thread"), status)
    button.click()
    page.submit("#reply")
    page.is_refused("reply-message", "Write something first.")
    page.press(Keys.ESCAPE)
    check(not page.one("#reply").is_displayed(), "the reply form")
    check(page.driver.switch_to.active_element == button, page.focus)
    page.fetch("POST", "/api/activities", {"message": "Newer", "ttl": "1-hour", "user_handle": "andrewbrown"})
    page.one("#refresh").click()
    page.eventually("refreshed", lambda: page.first_message == "Newer")
    context = page.text("#feed li:nth-child(2) .context")
    check(context == "In reply to Andrew Bayko", context)


def paging(page):
    """Older activities come twenty at a time, each once, with the focus on the first of them"""
    for number in range(25):
        page.fetch("POST", "/api/activities", {"message": f"Page {number}", "ttl": "1-hour", "user_handle": "bayko"})
    page.reload()
    check(len(page.all("#feed li")) == 20, len(page.all("#feed li")))
    page.one("#refresh").click()
    page.eventually("refreshed", lambda: page.text("#feed-status").startswith("Refreshed in "))
    page.slow(milliseconds=900)
    try:
        page.one("#older").click()
        page.is_told("feed-status", "Loading…")
        page.eventually("older ones", lambda: len(page.all("#feed li")) > 20)
    finally:
        page.slow()
    while page.one("#older").is_displayed():
        shown = len(page.all("#feed li"))
        page.one("#older").click()
        page.eventually("older ones", lambda shown=shown: len(page.all("#feed li")) > shown)
        new = page.one(f"#feed li:nth-child({shown + 1}) h3")
        check(page.driver.switch_to.active_element == new, page.focus)
    uuids = page.run("return [...document.querySelectorAll('article')].map((article) => article.dataset.uuid)")
    check(len(uuids) >= 25 and len(set(uuids)) == len(uuids), uuids)
    check("Sown with the seed data." in page.text("#feed"), page.text("#feed"))


def nothing_to_show(page):
    """Where there is nothing, the page says so"""
    _, handle = somebody()
    page.sign_up("Ann", handle)
    page.one("#you a").click()
    page.eventually("a word", lambda: page.text("#feed-empty") == "There is nothing from them, or not any more.")
    page.one("#refresh").click()
    page.eventually("refreshed", lambda: page.text("#feed-status").startswith("Refreshed in "))
    check(page.text("#feed-empty") == "There is nothing from them, or not any more.", page.text("#feed-empty"))
    page.one("#way-home a").click()
    page.eventually("activities", lambda: page.all("#feed article"))
    check(not page.one("#feed-empty").is_displayed(), page.text("#feed-empty"))
    page.driver.get(f"{page.url}/#/@no-such-person")
    page.eventually("a word", lambda: page.text("#feed-status") == "Nobody has this handle.")
    check(not page.all("#feed article"), page.text("#feed"))


def following_a_handle(page):
    """A handle leads to what one user says, and back"""
    page.be("andrewbrown")
    page.post_and_see("Follow me")
    page.be("bayko")
    page.post_and_see("Not me")
    page.driver.find_element(By.XPATH, "//a[contains(@class, 'handle') and text() = '@andrewbrown']").click()
    page.eventually("a heading", lambda: page.text("#feed-heading") == "Activities of @andrewbrown")
    check(page.focus == "feed-heading", page.focus)
    page.eventually("their activities", lambda: page.first_message == "Follow me")
    check({handle.text for handle in page.all("#feed .handle")} == {"@andrewbrown"}, page.text("#feed"))
    page.run("document.querySelector('.skip').click()")
    check(page.text("#feed-heading") == "Activities of @andrewbrown", page.text("#feed-heading"))
    page.driver.back()
    page.driver.back()
    page.eventually("all activities", lambda: page.first_message == "Not me")
    check(page.text("#feed-heading") == "Activities", page.text("#feed-heading"))
    page.driver.forward()
    page.eventually("their activities", lambda: page.first_message == "Follow me")
    page.be("bayko")
    page.post_and_see("Seen at once")
    check(page.text("#feed-heading") == "Activities", page.text("#feed-heading"))


def any_handle(page):
    """A handle with any character leads to what its user says, and so does the address that it made"""
    name, handle = somebody()
    handle = f"Zoë/?%20&#{handle}"
    page.sign_up(name, handle)
    page.post_and_see("Hello")
    page.one("#feed .handle").click()
    page.eventually("a heading", lambda: page.text("#feed-heading") == f"Activities of @{handle}")
    page.eventually("their activity", lambda: page.first_message == "Hello")
    page.driver.refresh()
    page.eventually("the same", lambda: page.text("#feed-heading") == f"Activities of @{handle}")
    page.eventually("their activity", lambda: page.first_message == "Hello")


def reading_a_thread(page):
    """A thread has what an activity replies to above it, and its replies below it, from the oldest on"""
    def write(message, parent=None):
        path = f"/api/activities/{parent}/reply" if parent else "/api/activities"
        body = {"message": message, "ttl": "1-hour", "user_handle": "bayko"}
        return page.fetch("POST", path, body)["uuid"]

    def messages(selector):
        return [element.text for element in page.all(f"{selector} .message")]

    first = write("First")
    second = write("Second", first)
    third = write("Third", second)
    for number in range(25):
        write(f"Answer {number}", third)
    page.reload()
    page.driver.get(f"{page.url}/#/activities/{third}")
    page.eventually("the line", lambda: messages("#feed") == ["First", "Second", "Third"])
    current = page.text("#feed [aria-current] .message")
    check(current == "Third", current)
    check(messages("#replies") == [f"Answer {number}" for number in range(5, 25)], messages("#replies"))
    page.one("#older").click()
    page.eventually("older replies", lambda: messages("#replies") == [f"Answer {number}" for number in range(25)])
    check(page.driver.switch_to.active_element == page.one("#replies h3"), page.focus)
    page.be("bayko")
    page.one("#feed [aria-current] button").click()
    page.press("The last word")
    page.submit("#reply")
    page.eventually("the reply", lambda: messages("#replies")[-1] == "The last word")
    check(page.text("#feed [aria-current] .replies") == "26 replies", page.text("#feed [aria-current] .replies"))
    page.one("#feed li:nth-child(2) .replies").click()
    page.eventually("the thread of another", lambda: messages("#feed") == ["First", "Second"])
    check(messages("#replies") == ["Third"], messages("#replies"))
    page.one("#replies .replies").click()
    page.eventually("three in line", lambda: len(messages("#feed")) == 3)
    page.one("#feed li:nth-child(3) .context a").click()
    page.eventually("what it replies to", lambda: page.text("#feed [aria-current] .message") == "Second")
    page.driver.get(f"{page.url}/#/activities/{uuid.uuid4()}")
    page.eventually("a word", lambda: page.text("#feed-status") == "This activity is gone.")


def replying_far_down(page):
    """Whoever replies far down sees there that it went well"""
    for number in range(20):
        page.fetch("POST", "/api/activities", {"message": f"Far {number}", "ttl": "1-hour", "user_handle": "bayko"})
    page.reload()
    page.be("bayko")
    article = page.one("#feed li:last-child article")
    identifier = article.get_attribute("data-uuid")
    article.find_element(By.TAG_NAME, "button").click()
    page.press("From down here")
    page.submit("#reply")
    status = f"#feed article[data-uuid='{identifier}'] > [role=status]"
    page.eventually("success", lambda: page.text(status).startswith("Replied in "))
    seen = page.run(
        f"const {{ top, bottom }} = document.querySelector(`{status}`).getBoundingClientRect();"
        "return [top, bottom, innerHeight, scrollY]")
    check(seen[0] >= 0 and seen[1] <= seen[2] and seen[3] > 0, seen)
