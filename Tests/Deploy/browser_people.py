"""Scenarios of browser.py: who there is, and who somebody is."""

import re

from selenium.webdriver.common.keys import Keys

from page import check, somebody


def by_keyboard_alone(page):
    """Two people sign up, one is chosen, writes, and sees it in the feed first, by keyboard alone"""
    people = [somebody(), somebody()]
    for name, handle in people:
        page.tab_to("name")
        page.press(name, Keys.TAB, handle, Keys.TAB, f"{handle}@example.com", Keys.ENTER)
        page.eventually("confirmed", lambda handle=handle: f"@{handle}" in page.text("#sign-up [role=status]"))
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
    check(page.chosen_account == f"{name} (@{handle})", page.chosen_account)


def own_handle(page):
    """Whoever wants a handle that somebody has is shown the one that they got"""
    name, _ = somebody()
    status = page.sign_up(name, "andrewbrown")
    [handle] = re.findall("You are now .@(andrewbrown-[0-9a-f]{8}).[.]", status) or [status]
    for _ in ["at once", "after a reload"]:
        check(page.chosen_account == f"{name} (@{handle})", page.chosen_account)
        check(page.text("#you") == f"You are @{handle}.", page.text("#you"))
        page.reload()
    page.post_and_see("Who am I?")
    check(page.text("#feed .handle") == f"@{handle}", page.text("#feed .handle"))


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
    check(page.chosen_account == "Refused (no row)", page.chosen_account)
    page.post("Am I there?")
    page.is_refused("account", "This account has no row")


def second_chance(page):
    """A forgotten password adds the row that a failed sign-up left out, and says why where there is no address"""
    name, handle = somebody()
    status = page.sign_up("Late", handle, f"{handle}@example.com")
    check("PostConfirmation failed with error" in status, status)
    page.one("#account").send_keys("Late")
    check(page.text("#you").startswith("This account has no row."), page.text("#you"))
    forget_password(page)
    page.press(Keys.ENTER)
    page.eventually("a new password", lambda: page.text("#identity [role=status]").startswith("New password in "))
    check(page.text("#you") == f"You are @{handle}.", page.text("#you"))
    check(page.chosen_account == f"Late (@{handle})", page.chosen_account)
    page.be("bayko")
    check(page.text("#identity [role=status]") == "", "a word about somebody else")
    page.sign_up("Refused", f"{handle}-2")
    page.one("#account").send_keys("Refused")
    page.one("#forgot-password").click()
    page.eventually("no address", lambda: "Cannot reset password" in page.text("#identity [role=status]"))


def forget_password(page):
    """Has a code sent, which is shown and returned; the field for it has the focus"""
    page.one("#forgot-password").click()
    said = page.eventually("a code", lambda: re.findall("code is (\\d{6})[.]", page.text("#identity [role=status]")))
    page.eventually("the field", lambda: page.focus == "code")
    check(said[0] in page.text("#you"), page.text("#you"))
    return said[0]


def other_way(page, way):
    """Chooses a way to an account; the part of the form that has it is closed at first"""
    if page.one("#ways").get_attribute("open") is None:
        page.one("#ways summary").click()
    page.one("#way").send_keys(way)


def code_and_password(page):
    """Somebody waits for a code, gives a wrong and the right one, signs in, and sets a password that they forgot, by
    keyboard alone"""
    name, handle = somebody()
    page.tab_to("name")
    page.press(name, Keys.TAB, handle, Keys.TAB, f"{handle}@example.com", Keys.TAB, Keys.SPACE)
    page.tab_to("way")
    page.press("Confirmed by")
    page.tab_to("first-password")
    page.press("Correct-horse-1", Keys.ENTER)
    said = page.eventually("a code", lambda: re.findall("code is (\\d{6})[.]", page.text("#sign-up [role=status]")))
    check(page.chosen_account == f"{name} (not confirmed)", page.chosen_account)
    check(page.text("#you") == f"It waits for its code, {said[0]}.", page.text("#you"))
    wrong = "000000" if said[0] != "000000" else "111111"
    page.tab_to("code")
    page.press(wrong, Keys.ENTER)
    page.eventually("a refusal", lambda: "Invalid verification code" in page.text("#identity [role=status]"))
    page.put("#code", said[0])
    page.press(Keys.ENTER)
    page.eventually("confirmed", lambda: page.text("#identity [role=status]").startswith("Confirmed in "))
    check(page.text("#you") == f"You are @{handle}.", page.text("#you"))

    page.tab_to("password")
    page.press("wrong", Keys.ENTER)
    page.eventually("a refusal", lambda: "Incorrect username or password" in page.text("#identity [role=status]"))
    page.put("#password", "Correct-horse-1")
    page.press(Keys.ENTER)
    page.eventually("signed in", lambda: page.text("#identity [role=status]").startswith("Signed in in "))

    page.press(forget_password(page), Keys.TAB, "Battery-staple-2", Keys.ENTER)
    page.eventually("a new password", lambda: page.text("#identity [role=status]").startswith("New password in "))
    page.put("#password", "Battery-staple-2")
    page.press(Keys.ENTER)
    page.eventually("signed in", lambda: page.text("#identity [role=status]").startswith("Signed in in "))


def new_code(page):
    """A code that is sent once more is another one, and is shown after a reload as well"""
    name, handle = somebody()
    other_way(page, "Confirmed by")
    page.sign_up(name, handle, f"{handle}@example.com")
    first = page.text("#you")
    page.one("#resend-code").click()
    page.eventually("another code", lambda: page.text("#you") != first and page.focus == "code")
    shown = page.text("#you")
    page.reload()
    check(page.text("#you") == shown, page.text("#you"))
    check(page.chosen_account == f"{name} (not confirmed)", page.chosen_account)


def administrators_user(page):
    """An administrator's user sets a password at the first sign-in, which adds the row"""
    name, handle = somebody()
    other_way(page, "Made by")
    status = page.sign_up(name, handle, f"{handle}@example.com")
    [password] = re.findall("temporary password is .(.{12}).$", status) or [status]
    check(page.chosen_account == f"{name} (no password yet)", page.chosen_account)
    check(not page.one("#forgot-password").is_displayed(), "a password that cannot be reset")
    page.put("#password", password)
    page.press(Keys.ENTER)
    page.eventually("a wish", lambda: page.text("#identity [role=status]") == "Cognito wants a new password.")
    page.put("#new-password", "short")
    page.press(Keys.ENTER)
    page.eventually("a refusal", lambda: "did not conform with policy" in page.text("#identity [role=status]"))
    page.put("#new-password", "Battery-staple-2")
    page.press(Keys.ENTER)
    page.eventually("signed in", lambda: page.text("#identity [role=status]").startswith("Signed in in "))
    check(page.chosen_account == f"{name} (@{handle})", page.chosen_account)


def with_google(page):
    """Whom Google knows has a row at once, and signs in without a password"""
    name, handle = somebody()
    other_way(page, "Signed in with")
    check(not page.one("#first-password").is_displayed(), "a password")
    status = page.sign_up(name, handle, f"{handle}@example.com")
    check("You are now" in status, status)
    check(page.chosen_account == f"{name} (@{handle})", page.chosen_account)
    check(not page.one("#password").is_displayed(), "a password")
    page.one("#act").click()
    page.eventually("signed in", lambda: page.text("#identity [role=status]").startswith("Signed in in "))


def choosing_another(page):
    """What was typed for one account, and said of it, is gone once another one is chosen or signs up"""
    for other in [lambda: page.be("bayko"), lambda: page.sign_up(*somebody())]:
        name, handle = somebody()
        page.sign_up(name, handle, f"{handle}@example.com")
        forget_password(page)
        page.press("123456")
        page.put("#new-password", "Battery-staple-2")
        other()
        check(page.text("#identity [role=status]") == "", page.text("#identity [role=status]"))
        check(page.run("return ['code', 'new-password'].map((id) => document.getElementById(id).value)") == ["", ""],
              "what was typed")
        page.one("#account").send_keys(name)
        check(not page.one("#code").is_displayed(), "a code that was for another one")


def learning_later(page):
    """A handle that could not be learned is learned when its account is chosen"""
    name, handle = somebody()
    page.sign_up(name, handle)
    page.cdp("Network.enable")
    try:
        page.cdp("Network.setBlockedURLs", urls=["*/api/users/me"])
        page.reload()
        check(page.text("#you") == "", page.text("#you"))
    finally:
        page.cdp("Network.setBlockedURLs", urls=[])
    page.one("#account").send_keys(Keys.END)
    check(page.chosen_account == "Somebody, by handle", page.chosen_account)
    page.slow(milliseconds=900)
    try:
        page.press(Keys.ARROW_UP)
        page.is_told("identity", "Asking for the handle…")
    finally:
        page.slow()
    page.eventually("the handle", lambda: page.text("#you") == f"You are @{handle}.")
    check(page.chosen_account == f"{name} (@{handle})", page.chosen_account)


def deleting_an_account(page):
    """An account that an administrator deletes is gone once they have confirmed it, and its names are free"""
    name, handle = somebody()
    page.sign_up(name, handle)
    page.one("#delete-account").click()
    page.driver.switch_to.alert.dismiss()
    check(page.chosen_account == f"{name} (@{handle})", page.chosen_account)
    page.one("#delete-account").click()
    page.driver.switch_to.alert.accept()
    page.eventually("deleted", lambda: page.text("#identity [role=status]").startswith("Deleted in "))
    check(page.chosen_account == "Somebody, by handle", page.chosen_account)
    check(name not in page.text("#account"), page.text("#account"))
    status = page.sign_up(name, handle)
    check(f"You are now \u2068@{handle}-" in status, status)


def forgotten_account(page):
    """An account that ended with another server is told beside the list of accounts, and the message stays"""
    page.sign_up(*somebody())
    page.post_and_see("I am here")
    # As if the server had been started anew.
    page.run("document.querySelector('#account').selectedOptions[0].value = crypto.randomUUID()")
    page.post("Still there?")
    page.is_refused("account", "This account ended with the server")
    check(page.one("#message").get_attribute("value") == "Still there?", "an empty field")
