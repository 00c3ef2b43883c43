"""The workshop in a real Chromium: every page and act, saved files under open pages, nothing asked of another host."""

from __future__ import annotations

from tests.conftest import first_line
from tests.studio.conftest import Browsing


def says(page, text):
    """Type it and send it; waits for the answer."""
    before = page.locator(".theirs").count()
    page.fill("#text", text)
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator(".theirs").nth(before).wait_for()


def test_somebody_texts_with_the_keyboard_and_taps_a_digit(browsing):
    page = browsing.comes_in()
    page.fill("#text", "ice at my door")
    page.press("#text", "Enter")
    page.locator(".theirs").wait_for()

    assert first_line("home_door.at_the_door") in page.inner_text(".theirs .bubble")
    assert page.evaluate("document.activeElement.id") == "text"
    page.locator("#digits button", has_text="1").first.click()
    page.locator(".theirs").nth(1).wait_for()
    assert "has_paper:" in page.inner_text("#beside .lit >> nth=0")


def test_a_saved_file_is_seen_by_an_open_page_while_somebody_types(browsing):
    page = browsing.comes_in()
    page.fill("#text", "half a sen")
    path = browsing.visitor.config.content / "flows" / "home_door.yaml"
    good = path.read_text()
    path.write_text(good.replace("paper: has_paper", "paper: has_papper", 1))
    page.locator("#state", has_text="1 mistake").wait_for()

    assert page.input_value("#text") == "half a sen"
    page.get_by_role("link", name="See them").click()
    assert 'Did you mean "has_paper"?' in page.inner_text("#problems")
    path.write_text(good)
    page.locator("#state", has_text="No mistakes").wait_for()


def test_any_number_of_tabs_may_be_open_and_all_see_a_saved_file(browsing):
    browsing.comes_in()
    tabs = [browsing.context.new_page() for _ in range(8)]
    for tab in tabs:
        tab.goto(f"{browsing.base}/problems")
    path = browsing.visitor.config.content / "flows" / "home_door.yaml"
    path.write_text(path.read_text().replace("paper: has_paper", "paper: has_papper", 1))

    for tab in (tabs[-1], tabs[0]):
        tab.locator("#state", has_text="1 mistake").wait_for()


def test_what_networks_do_has_its_buttons(browsing):
    page = browsing.comes_in()
    says(page, "ice at my door")
    page.get_by_role("button", name="The text arrives twice").click()
    page.locator(".mine", has_text="arrived twice").wait_for()
    page.get_by_role("button", name="Three days later").click()
    page.locator("#talk .event", has_text="Three days later").wait_for()
    page.fill("#text", "1")
    page.get_by_role("button", name="Send, and lose the signal").click()
    page.locator(".lost").wait_for()


def test_without_the_script_every_button_works(chromium, browsing):
    plain = Browsing(chromium, browsing.visitor, java_script_enabled=False)
    page = plain.comes_in()
    page.fill("#text", "ice at my door")
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator(".theirs").wait_for()

    assert first_line("home_door.at_the_door") in page.inner_text(".theirs .bubble")
    plain.context.close()
    assert plain.complaints == []


def test_somebody_goes_from_the_map_to_a_step_and_starts_a_talk_there(browsing):
    page = browsing.comes_in()
    page.get_by_role("link", name="Flows", exact=True).click()
    page.get_by_role("link", name="home_door").click()
    page.get_by_role("link", name="judge_check, asks").click()
    page.select_option("select[name=locale]", "ar")
    page.get_by_role("button", name="Start here, on the phone").click()
    page.locator(".theirs .bubble[lang=ar][dir=rtl]").last.wait_for()

    assert "judge_check:" in page.inner_text("#beside .lit >> nth=0")


def test_on_a_narrow_screen_a_map_begins_at_its_first_step(chromium, browsing):
    narrow = Browsing(chromium, browsing.visitor, viewport={"width": 360, "height": 740})
    page = narrow.comes_in()
    page.goto(f"{browsing.base}/flows/home_door")
    box = page.get_by_role("link", name="at_the_door, asks").bounding_box()

    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    narrow.context.close()
    assert narrow.complaints == []


def test_a_translator_changes_a_text_and_sees_it_on_the_phone(browsing):
    page = browsing.comes_in()
    page.get_by_role("link", name="Translations").click()
    page.get_by_text("Español").click()
    page.get_by_role("link", name="home_door in es").click()
    row = page.locator('[id="at_the_door.text"]')
    row.get_by_text("Change").click()
    row.get_by_role("textbox").fill("100 % cerrada")
    row.get_by_role("button", name="Check and save").click()
    page.get_by_role("alert").filter(has_text="Not saved").wait_for()

    assert page.locator('[id="at_the_door.text"]').get_by_role("textbox").input_value() == "100 % cerrada"
    page.locator('[id="at_the_door.text"]').get_by_role("textbox").fill("No abra esa puerta.")
    page.locator('[id="at_the_door.text"]').get_by_role("button", name="Check and save").click()
    page.get_by_role("alert").filter(has_text="Saved: at_the_door.text").wait_for()
    page.get_by_role("link", name="Phone").click()
    says(page, "puerta")

    assert "No abra esa puerta." in page.inner_text(".theirs .bubble")
    assert [what for what in browsing.complaints if "422" not in what] == []
    browsing.complaints.clear()  # the browser says that an edit was refused; so does the page


def test_somebody_keeps_a_talk_as_a_test_and_looks_at_the_law(browsing):
    page = browsing.comes_in()
    says(page, "ice at my door")
    page.fill("#about", "Agents at the door")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("alert").filter(has_text="agents-at-the-door.txt").wait_for()
    page.get_by_role("link", name="Law").click()
    page.get_by_text("sources of arrested.bond").click()

    assert page.locator("#law details[open] li").count() > 1
    page.get_by_role("button", name="Leave").click()
    assert "You are not in the workshop." in page.inner_text("main")


def test_somebody_looks_at_what_publishing_would_change(browsing):
    page = browsing.comes_in()
    page.get_by_role("link", name="Releases").click()
    page.get_by_role("link", name="What would publishing the folder change?").click()

    assert "Nothing has been written yet." in page.inner_text("main")
