"""The page of the law that is due says it in words."""

from __future__ import annotations

import re


def test_the_page_says_it_in_words_and_names_the_line(visitor):
    page = visitor.gets("/law")

    assert re.search('<td data-name="Look again">2026-12-01<br><span class="flag">within 30 days</span></td>', page)
    assert re.search(r"<code>flows/home_door.yaml:\d+:\d+</code>", page)
    assert "courts disagree" in page
