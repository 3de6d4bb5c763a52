"""Uses the page of `cruddur serve` as people do, in a headless Chromium.

    browser.py URL people             with a database that has the seed data, always refuses the name Refused, and the
                                      name Late once
    browser.py URL without-database   with none
    browser.py URL console            with a database that deploy/run keeps

Prints each scenario; the exit code is 1 if one failed.
"""

import sys
import time
import traceback

import browser_activities as activities
import browser_console as console
import browser_look as look
import browser_people as people
from page import Page, check, chromium

SCENARIOS = {
    "people": [
        people.by_keyboard_alone, people.own_handle, people.refused_sign_up, people.failing_trigger,
        people.second_chance, people.code_and_password, people.new_code, people.administrators_user,
        people.with_google, people.choosing_another, people.learning_later, people.deleting_an_account,
        people.forgotten_account,
        activities.markup_is_text, activities.blank_message, activities.long_message, activities.replying,
        activities.paging, activities.nothing_to_show, activities.following_a_handle, activities.any_handle,
        activities.reading_a_thread, activities.replying_far_down, look.no_network, look.waiting, look.many_marks,
        look.handle_of_many_marks, look.light_and_dark, look.any_width, look.names_for_everything,
        console.foreign_database,
    ],
    "without-database": [look.without_database],
    "console": [
        console.nothing_yet, console.whoever_asks, console.opening_a_row, console.killing_the_function,
        console.freezing_the_database, console.stopping_the_database, console.connection_lost,
        console.by_keyboard_alone, console.what_is_left_open, console.many_rows, console.deep_event,
    ],
}


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


def main(url, scenarios):
    with chromium() as driver:
        page = Page(driver, url)
        return all([passes(scenario, page) for scenario in SCENARIOS[scenarios]])


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
