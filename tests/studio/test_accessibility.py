"""axe finds nothing to complain of: every page, in three scripts, in light and dark, wide and as narrow as a phone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.studio.conftest import Browsing, serving

PAGES = (
    "/flows",
    "/flows/home_door",
    "/flows/home_door/has_paper",
    "/translations",
    "/problems",
    "/law",
    "/releases",
    "/releases/new",
    "/line",
)
SIZES = {"wide": {"width": 1200, "height": 850}, "phone": {"width": 360, "height": 740}}
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def complaints(page: Any) -> list[str]:
    """What axe finds, with the parts of the page."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.fixture(scope="module")
def served(_shown):
    """The workshop whose files nobody changes, on its port."""
    from tests.studio.conftest import Visitor

    visitor = Visitor(*_shown)
    server = serving(visitor)
    yield visitor
    server.shutdown()


LOOKS = [
    ("en", "light", "wide"), ("en", "dark", "phone"), ("ar", "dark", "wide"), ("ar", "light", "phone"),
    ("zh-Hans", "light", "phone"), ("zh-Hans", "dark", "wide"),
]  # fmt: skip


@pytest.mark.parametrize(("locale", "scheme", "size"), LOOKS)
def test_no_page_has_a_violation_or_is_wider_than_the_screen(chromium, served, locale, scheme, size):
    """Pages that are the same in every language are looked at in one."""
    person = Browsing(chromium, served, color_scheme=scheme, viewport=SIZES[size])
    page = person.comes_in()
    page.select_option("select[name=channel]", "whatsapp" if scheme == "dark" else "sms")
    page.select_option("select[name=locale]", locale)
    page.get_by_role("button", name="New talk").click()
    page.locator(f'.theirs .bubble[lang="{locale}"]').wait_for()
    for path in ("/", f"/translations/{locale}/menu", *(PAGES if locale == "en" else ())):
        page.goto(person.base + path)

        assert complaints(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], path
    person.context.close()
    assert person.complaints == []


def test_the_pages_for_who_is_not_in_have_no_violation(chromium, served):
    person = Browsing(chromium, served)
    for path in ("/", "/enter?token=used", "/login"):
        person.page.goto(person.base + path)

        assert complaints(person.page) == [], path
    person.context.close()


def test_the_keyboard_alone_is_enough(chromium, served):
    """The first stop leads past the rooms; every stop can be seen."""
    person = Browsing(chromium, served)
    page = person.comes_in()
    page.goto(f"{person.base}/problems")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.textContent") == "To the page"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.goto(f"{person.base}/flows/menu")
    seen = []
    while page.keyboard.press("Tab") or page.evaluate("document.activeElement !== document.body"):
        seen.append(page.evaluate("document.activeElement.getAttribute('aria-label') || ''"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")

        assert outline != "none", seen[-1]
    assert "choose, asks" in seen
    person.context.close()
