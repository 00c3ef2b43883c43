"""A city's own folder laid over a shared one: what replaces what, which file a mistake is in, and what never passes
silently from below: a translation of other words, a signature, a change of law."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from bot.content.change import Refused
from bot.content.files import Files
from bot.content.history import committed
from bot.content.library import check_folder
from bot.content.mend import mend
from bot.diff import diff
from bot.rename import rename
from bot.studio.draft import Draft
from bot.studio.editing import Refused as NotSaved
from bot.studio.editing import save
from bot.translations import record
from tests.conftest import NOON
from tests.content.catalogue import sound_content
from tests.test_diff import git

DAY = date(2026, 11, 27)


@pytest.fixture
def shared(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return sound_content(tmp_path / "shared")


@pytest.fixture
def over(shared, tmp_path):
    """Writes a file of the city's own folder and gives both folders. Each call lays more over what is shared."""
    (tmp_path / "city" / "flows").mkdir(parents=True)

    def write(file: str, text: str):
        path = tmp_path / "city" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return shared, tmp_path / "city"

    return write


def problems(folders, *codes: str) -> list[str]:
    """Every problem but what is said of records of the whole language; with codes: those."""
    found = check_folder(folders).problems
    return [str(p) for p in found if (p.code in codes if codes else p.code not in ("unread", "no-record"))]


def text(folders, key: str, locale: str = "en") -> str:
    return check_folder(folders).library().messages.text(key, locale)


def signature(folders) -> str | None:
    """Who signed the flow `door`."""
    law = check_folder(folders).library().release.flows["door"].law
    return law.lawyer if law else None


# ------------------------------------------------------------------------------------------- what replaces what


def test_an_empty_folder_on_top_changes_nothing(shared, tmp_path):
    (tmp_path / "city" / "flows").mkdir(parents=True)

    assert check_folder((shared, tmp_path / "city")).library().digest == check_folder(shared).library().digest


def test_one_text_is_replaced_and_all_others_stay(over):
    folders = over("messages/en/door.yml", "safe:\n  text: Call the city.\n")
    over("messages/es/door.yml", "safe:\n  text: Llame a la ciudad.\n")
    record(folders, "es", ["door.safe.text"], by="machine", today=DAY)

    assert (text(folders, "door.safe.text"), text(folders, "door.safe.text", "es")) == (
        "Call the city.", "Llame a la ciudad.",
    )  # fmt: skip
    assert text(folders, "door.knock.text") == "Keep the door closed."
    assert problems(folders) == []


def test_one_step_is_replaced_and_its_old_options_lose_their_words(over):
    folders = over("flows/door.yaml", "steps:\n  knock:\n    ask: {paper: paper, more: safe}\n")
    over("messages/en/door.yml", "knock:\n  more: {label: More}\n")
    over("messages/es/door.yml", "knock:\n  more: {label: Otra cosa}\n")
    release = check_folder(folders).library().release

    assert [step for step in release.steps if step.startswith("door.")] == [
        "door.knock", "door.paper", "door.call", "door.safe",
    ]  # fmt: skip
    assert [option for option in release.options if option.startswith("door.knock.")] == [
        "door.knock.paper", "door.knock.more",
    ]  # fmt: skip


def test_words_that_the_city_itself_wrote_for_nothing_are_a_mistake_of_the_city(over):
    folders = over("flows/door.yaml", "steps:\n  knock:\n    ask: {paper: paper, more: safe}\n")
    over("messages/en/door.yml", "knock:\n  more: {label: More}\n  less: {label: Less}\n")
    over("messages/es/door.yml", "knock:\n  more: {label: Otra cosa}\n")

    assert [one.partition(":3")[0] for one in problems(folders, "unknown-word")] == ["city/messages/en/door.yml"]


def test_a_flow_and_steps_are_left_out_with_their_words_in_every_language(over):
    folders = over("flows/door.yaml", "leave_out\n")
    over("flows/menu.yaml", "steps:\n  choose:\n    ask: {lawyer: lawyer, language: language}\n")
    left = "".join(f"  {step}: leave_out\n" for step in ("far", "enough", "decide", "bye"))
    near = "  route:\n    branch: {on: area, city: near}\n    else: near\n  near:\n    refer: {need: legal}\n"
    over("flows/lawyer.yaml", f"steps:\n{left}{near}")
    over("messages/en/door.yml", "leave_out\n")
    checked = check_folder(folders)

    assert problems(folders) == []
    assert not {key for key in checked.library().messages.keys("es") if key.startswith(("door.", "lawyer.far"))}
    assert not {file for file in checked.bundle if file.endswith(("door.yaml", "door.yml"))}


def test_a_number_is_exchanged_whole(over, shared):
    number = (shared / "flows" / "referrals.yaml").read_text("utf-8").partition("referrals:\n")[2]
    folders = over("flows/referrals.yaml", "referrals:\n  help: leave_out\n" + number.replace("help:", "ours:", 1)
                   .replace("8005667636", "8443631423"))  # fmt: skip
    over("messages/en/referrals.yml", "ours: {what: Ours.}\n")
    over("messages/es/referrals.yml", "ours: {what: Nuestra.}\n")

    assert [(one.name, one.phone) for one in check_folder(folders).library().release.referrals] == [
        ("ours", "844-363-1423")
    ]


def test_who_runs_the_line_is_never_half_from_somebody_else(over):
    folders = over("flows/organisation.yaml", "name: Our city\n")

    assert {one.partition(":")[0] for one in problems(folders, "missing-word")} == {"city/flows/organisation.yaml"}


def test_languages_that_are_not_offered_are_not_in_the_release(over, shared):
    settings = (shared / "flows" / "organisation.yaml").read_text("utf-8").replace("[en, es]", "[en]")
    folders = over("flows/organisation.yaml", settings + "languages: [en]\n")
    checked = check_folder(folders)

    assert checked.library().release.locales == ("en",)
    assert not {file for file in checked.bundle if file.startswith("messages/es/")}


def test_leaving_out_what_is_not_there_is_told(over):
    folders = over("flows/door.yaml", "steps:\n  knok: leave_out\n")

    assert problems(folders) == [
        'city/flows/door.yaml:2:3: warning: no earlier folder has "knok" here, so there is nothing to leave out. '
        "[nothing-below]\n        knok: leave_out\n    Remove this line, or write the name as it is there."
    ]


def test_three_folders_lie_one_over_the_other(over, tmp_path):
    folders = over("messages/en/door.yml", "safe:\n  text: Call the city.\npaper:\n  text: City paper.\n")
    (tmp_path / "group" / "flows").mkdir(parents=True)
    (tmp_path / "group" / "messages" / "en").mkdir(parents=True)
    (tmp_path / "group" / "messages" / "en" / "door.yml").write_text("safe:\n  text: Call the group.\n", "utf-8")
    every = (*folders, tmp_path / "group")
    for key in ("door.safe.text", "door.paper.text"):
        record(every, "es", [key], by="machine", today=DAY)

    assert (text(every, "door.safe.text"), text(every, "door.paper.text")) == ("Call the group.", "City paper.")


def test_layers_publish_what_one_folder_with_the_same_words_publishes(over, shared, tmp_path):
    folders = over("messages/en/door.yml", "safe:\n  text: Write down what happened!\n")
    record(folders, "es", ["door.safe.text"], by="native speaker", today=DAY)
    one = shutil.copytree(shared, tmp_path / "one")
    path = one / "messages" / "en" / "door.yml"
    path.write_text(path.read_text("utf-8").replace("what happened.", "what happened!"), "utf-8")
    record(one, "es", ["door.safe.text"], by="native speaker", today=DAY)

    assert check_folder(folders).library().digest == check_folder(one).library().digest


# ------------------------------------------------------------------------------------------- where a mistake is


def test_a_mistake_is_named_in_the_folder_that_it_stands_in(over, shared):
    folders = over("flows/door.yaml", "steps:\n  knock:\n    ask: {paper: paper, gone: saef}\n")
    path = shared / "flows" / "lawyer.yaml"
    path.write_text(path.read_text("utf-8").replace("then: route", "then: roote"), "utf-8")

    assert [one.partition(": ")[0] for one in problems(folders, "unknown-target")] == [
        "city/flows/door.yaml:3:25", "shared/flows/lawyer.yaml:5:5",
    ]  # fmt: skip


def test_a_broken_file_is_named_once_with_its_folder(over):
    folders = over("messages/es/door.yml", "safe:\n\ttext: no\n")

    assert [one.partition(":2")[0] for one in problems(folders)] == ["city/messages/es/door.yml"]


def test_mending_never_touches_what_is_shared(over, shared):
    folders = over("messages/en/door.yml", "safe:\n  Text: Call the city.\n")
    path = shared / "messages" / "en" / "door.yml"
    path.write_text(path.read_text("utf-8").replace("  text: See", "  Text: See"), "utf-8")
    before, checked = path.read_bytes(), check_folder(folders)

    assert len(list(mend(folders, checked.files, checked.problems))) == 1
    assert path.read_bytes() == before


# ------------------------------------------------------------------------------------------- what does not pass


def test_a_translation_of_words_that_the_city_replaced_is_refused_until_somebody_translates_or_confirms(over):
    folders = over("messages/en/door.yml", "safe:\n  text: Call the city.\n")
    stale = check_folder(folders).translations["es"].stale

    assert stale == ("door.safe.text",)
    assert [one.partition(". [")[0] for one in problems(folders)] == [
        "shared/messages/es/door.yml:9:3: city/messages/en/door.yml:2:3 says something else in "
        '"door.safe.text", and this is a translation of the old words'
    ]
    record(folders, "es", ["door.safe.text"], by="native speaker", today=DAY)
    assert problems(folders) == []
    assert (folders[1] / "messages" / "es" / "reviews.yml").read_text("utf-8").count("\n") == 2


def test_a_signature_below_does_not_hold_for_words_on_top(over, shared):
    path = shared / "flows" / "door.yaml"
    path.write_text(path.read_text("utf-8").replace("lawyer: none", "lawyer: immigration lawyer"), "utf-8")
    folders = over("flows/menu.yaml", "steps: {}\n")
    signed = signature(folders)
    over("messages/en/door.yml", "safe:\n  text: Call the city.\n")
    record(folders, "es", ["door.safe.text"], by="native speaker", today=DAY)
    changed = signature(folders)
    over(
        "flows/door.yaml",
        "law: {sources_until: 2026-11-01, recheck: 2026-12-23, lawyer: city lawyer, sources: [S-ONE]}\n",
    )

    assert (signed, changed, signature(folders)) == ("immigration lawyer", None, "city lawyer")


def test_a_change_below_arrives_as_a_difference_and_where_the_city_says_something_else_it_is_told(
    over, shared, tmp_path
):
    folders = over("messages/en/door.yml", "safe:\n  text: Call the city.\n")
    record(folders, "es", ["door.safe.text"], by="native speaker", today=DAY)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    path = shared / "messages" / "en" / "door.yml"
    path.write_text(path.read_text("utf-8").replace("what happened.", "who came.").replace("door closed", "door shut"))
    shown = diff(folders, "HEAD", style="text", now=NOON)

    assert "Keep the door shut." in shown
    assert "Call the city" not in shown
    assert (
        "messages/en/door.yml.safe.text\n  before: Write down what happened.\n  now:    Write down who came." in shown
    )
    assert committed(folders).keys() == {path.relative_to(shared).as_posix() for path in shared.glob("flows/*.yaml")}


def test_a_name_is_changed_in_one_folder_alone(over):
    with pytest.raises(Refused, match="HOTLINE_CONTENT names several"):
        rename(over("flows/menu.yaml", "steps: {}\n"), "door", "house")


# ------------------------------------------------------------------------------------------- the workshop


def test_what_is_saved_in_the_browser_goes_into_the_citys_own_folder(over, shared):
    folders = over("flows/menu.yaml", "steps: {}\n")
    draft = Draft(folders, lambda *_: None, lambda: NOON)
    path = shared / "messages" / "es" / "door.yml"
    before = path.read_bytes()
    save(draft, "messages/es/door.yml", ("safe", "text"), "Apunte lo que pasó.", "")

    assert (folders[1] / "messages" / "es" / "door.yml").read_text("utf-8") == "safe:\n  text: Apunte lo que pasó.\n"
    assert path.read_bytes() == before
    assert text(folders, "door.safe.text", "es") == "Apunte lo que pasó."
    with pytest.raises(NotSaved):
        save(draft, "messages/es/door.yml", ("safe", "text"), "Otra vez.", "")


def test_a_change_of_either_folder_is_seen_and_nothing_else_is_read_again(over, shared):
    folders = over("messages/en/door.yml", "knock:\n  text: Keep it closed.\n")
    record(folders, "es", ["door.knock.text"], by="machine", today=DAY)
    files = Files(folders)
    first = check_folder(folders, files=files)
    path = shared / "messages" / "en" / "door.yml"
    path.write_text(path.read_text("utf-8").replace("what happened.", "what happened!"), "utf-8")
    record(folders, "es", ["door.safe.text"], by="machine", today=DAY)
    again = check_folder(folders, files=files)

    assert again.library().digest == check_folder(folders).library().digest != first.library().digest
    assert again.nodes["flows/lawyer.yaml"] is first.nodes["flows/lawyer.yaml"]
