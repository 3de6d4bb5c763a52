"""Scenarios of browser.py: how the page looks, and what it tells of requests."""

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
        page.is_told("write", "Posting…")
        page.eventually("posted", lambda: page.text("#write [role=status]").startswith("Posted in "))
        page.is_told("feed-status", "Loading…")
        page.eventually("the feed", lambda: page.first_message == "Slowly")
        page.eventually("no more words", lambda: page.text("#feed-status") == "")
        page.one("#feed button").click()
        page.press("Me too")
        page.submit("#reply")
        page.is_told("reply", "Sending…")
        page.eventually("the reply", lambda: page.first_message == "Me too")
        page.put("#preferred-username", somebody()[1])
        page.submit("#sign-up")
        page.is_told("sign-up", "Signing up…")
        page.eventually("confirmed", lambda: page.text("#sign-up [role=status]").startswith("Confirmed in "))
        page.driver.get(page.url)
        page.is_told("feed-status", "Loading…")
        page.is_told("identity", "Loading the accounts…")
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
    places = [f"#feed li:nth-child({place}" for place in ["1)", "2) .dates", "2) .row", "3)"]]
    around, painted = page.at_rest(places)
    [marks] = page.all("#feed li:nth-child(2) .message")
    own = page.picture(marks.rect)
    page.run("for (const part of document.querySelectorAll('#feed li:nth-child(2) :is(h3 *, .message)'))"
             " part.style.color = 'transparent'")
    check(page.picture(marks.rect) != own, "no message at all")
    page.eventually("marks on their own lines alone", lambda: [page.picture(part) for part in around] == painted)


def handle_of_many_marks(page):
    """A handle with many marks stays within its heading, and its row within a few lines"""
    name, handle = somebody()
    page.sign_up(name, handle + "z" + "\u0301\u0302" * 300)
    page.one("#you a").click()
    page.eventually("a heading", lambda: page.text("#feed-heading").startswith(f"Activities of @{handle}"))
    page.run("document.activeElement.blur()")
    [above], [painted] = page.at_rest(["#write"])
    page.run("document.querySelector('#feed-heading').style.color = 'transparent'")
    page.eventually("marks on the heading alone", lambda: page.picture(above) == painted)
    row = page.eventually("its row", lambda: page.row("GET /api/activities?user_handle="))
    check(row.rect["height"] < 100, row.rect)


def light_and_dark(page):
    """In light and dark, each text has contrast, and the ground differs"""
    page.post("")  # So that what is said of failures is looked at, too.
    page.is_refused("handle", "Say who you are first.")
    check(page.text("#message-error") == "Write something first.", page.text("#message-error"))
    page.details(page.eventually("its row", lambda: page.row("POST /api/activities", "422")))
    grounds = set()
    for scheme in ["light", "dark"]:
        page.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        grounds.add(page.run("return getComputedStyle(document.body).backgroundColor"))
        faint = page.run(FAINT_TEXT)
        check(not faint, (scheme, faint))
    check(len(grounds) == 2, grounds)


def any_width(page):
    """All of it can be read without scrolling sideways, from 320 pixels on, which 1280 are at 400 %"""
    page.be("bayko")
    page.post_and_see("w" * 280)
    page.one("#feed button").click()
    page.details(page.eventually("its row", lambda: page.row("POST /api/activities", "200")))
    for width, height in [(320, 640), (320, 250), (768, 1024), (1440, 900), (2560, 1440)]:
        page.cdp(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        seen = page.run(
            "const { scrollWidth, clientWidth } = document.documentElement;"
            "return [scrollWidth, clientWidth, innerWidth]")
        check(seen[0] == seen[1] and seen[2] == width, seen)
        beyond = page.run(
            "return [...document.querySelectorAll('main *')].filter((element) => element.checkVisibility()"
            " && !element.closest('.unseen') && element.getBoundingClientRect().right > innerWidth)"
            ".map((element) => element.outerHTML.slice(0, 80))")
        check(not beyond, (width, beyond))
    page.cdp("Emulation.clearDeviceMetricsOverride")


def names_for_everything(page):
    """Every control and every part of the page has a name that a screen reader can say"""
    page.one("#feed button").click()
    page.details(page.eventually("a row", lambda: page.row("GET /api/activities/home")))
    roles = {"button", "combobox", "group", "image", "link", "list", "navigation", "region", "textbox"}
    seen = []
    for node in page.cdp("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value")
        if role in roles and not node["ignored"]:
            seen.append((role, node.get("name", {}).get("value", "")))
    # A disclosure is a group without a name: it is its button that has one.
    check(all(name.strip() or role == "group" for role, name in seen), seen)
    wanted = {("link", "Skip to the activities"), ("textbox", "Message"), ("combobox", "Time to live")}
    wanted |= {("link", "Skip to the console"), ("group", "Switches"), ("list", "Invocations"), ("list", "Timeline")}
    wanted |= {("region", name) for name in ["Sign up", "Who you are", "Write", "Activities", "Console", "Event", "Answer"]}
    check(wanted <= set(seen), seen)
    for role, beginning in [("button", "Reply to "), ("image", "Latencies of ")]:
        check(any(seen_role == role and name.startswith(beginning) for seen_role, name in seen), seen)


def without_database(page):
    """Without a database the page says so, and of what was written, where to look"""
    check(page.text("#feed-status") == "The database is away. Try again in a moment.", page.text("#feed-status"))
    check(not page.one("#feed-empty").is_displayed(), page.text("#feed-empty"))
    page.one("#refresh").click()
    page.eventually("an answer", lambda: page.row("GET /api/activities/home", "503"))
    page.eventually("a word", lambda: page.text("#feed-status") == "The database is away. Try again in a moment.")
    page.be("bayko")
    page.post("Is anybody there?")
    words = "The database is away. Try again in a moment. Refresh to see whether it was stored."
    page.eventually("a word", lambda: page.text("#write [role=status]") == words)
    check(page.one("#message").get_attribute("value") == "Is anybody there?", "an empty field")
    page.put("#preferred-username", somebody()[1])
    page.submit("#sign-up")
    page.eventually("a word", lambda: page.text("#sign-up [role=status]").startswith("Cognito says: "))
    check(page.row("PostConfirmation_ConfirmSignUp", "Function."), page.text("#invocations"))
    # Said at once: what is asked next takes long where the database is away.
    check(not page.row("GET /api/users/me", "503"), page.text("#invocations"))
    button = page.one("#sign-up button")
    page.eventually("all is done", lambda: button.get_attribute("aria-disabled") is None)
    page.sign_up("", somebody()[1])
    asked = len(questions(page))
    page.reload()
    page.eventually("a question", lambda: len(questions(page)) > asked and page.row("GET /api/users/me", "503"))
    check(len(questions(page)) == asked + 1, "a second account is asked for, too")


def questions(page):
    """The rows of what was asked for handles: the console keeps them over a reload."""
    return [row for row in page.all("#invocations .name") if row.text == "GET /api/users/me"]
