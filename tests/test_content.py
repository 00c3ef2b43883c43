"""The catalogue of broken content: every mistake a volunteer can make is named by file, line and cure.

Apart from the tests of each module because these are promises about what people read, whoever finds the mistake. The
examples, and how to add one, are in `tests/content/catalogue.py`.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config import CHECKOUT
from bot.content import source
from bot.content.bundle import canonical, digest_of
from bot.content.checks import guards
from bot.content.library import Library, check_folder, open_bundle
from bot.content.memory import Memory
from tests.content.catalogue import TODAY, Example, answer, examples, read_by_a_speaker, said, sound_content
from tests.releases import understood

FOR_PROGRAMMERS = re.compile(
    r"\b(None|NoneType|dict|tuple|str|int|bool|null|mapping|sequence|scalar|token|parse\w*|alias|anchor|exception|"
    r"traceback|invalid|boolean|string|key|YAML|Python|i18n)\b"
)


def name_of(example: Example) -> str:
    return f"{example.code}/{example.path.stem}"


@pytest.mark.parametrize("example", examples(), ids=name_of)
def test_a_broken_file_is_told_exactly_what_the_catalogue_says(example):
    assert said(answer(example)) == example.expected


@pytest.mark.parametrize("example", examples(), ids=name_of)
def test_a_broken_file_shows_the_problem_it_stands_for(example):
    assert example.code in {problem.code for problem in answer(example)}


@pytest.mark.parametrize("example", examples(), ids=name_of)
def test_a_problem_is_said_without_a_word_for_programmers(example):
    for problem in answer(example):
        own_words = f"{problem.what} {problem.cure}".replace(problem.shown, "")

        assert not FOR_PROGRAMMERS.search(re.sub(r'"[^"]*"', "", own_words)), own_words


def codes_in_the_source() -> set[str]:
    """First arguments of `.add(...)`, `.wrong(...)` and their like, what `source` explains, and the guards."""
    found = {code for code, _, _ in source._EXPLAINED.values()} | {source._QUOTE_INSIDE[0]}
    found |= {guard.code for guard in (guards.QUESTION, guards.LABEL, *guards.ANYWHERE)}
    for path in (CHECKOUT / "bot" / "content").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in (
                "add", "_add", "wrong", "one_of", "unknown", "note",
            ):  # fmt: skip
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


MADE_HERE = {
    "unreadable", "link", "too-big", "no-file", "no-menu", "no-record", "unread", "nobody-comes", "lost-step",
    "nothing-below", "other-words",
}  # fmt: skip
"""Codes whose examples are no file: they are made below, those of records in `content/test_reviews.py`, those of
several folders in `content/test_layers.py`."""


def test_every_code_has_a_broken_example():
    shown = {example.code for example in examples()} | MADE_HERE

    assert codes_in_the_source() == shown


def test_sound_content_has_no_problem(tmp_path):
    assert check_folder(sound_content(tmp_path)).problems == ()


def test_the_shipped_content_has_no_error():
    assert said(tuple(p for p in check_folder(CHECKOUT, today=TODAY).problems if p.severity == "error")) == ""


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("flows/referrals.yaml", "no-file"),
        ("flows/organisation.yaml", "no-file"),
        ("flows/menu.yaml", "no-menu"),
        ("messages/en/door.yml", "no-file"),
        ("messages/es/words.yml", "no-file"),
    ],
)
def test_a_missing_file_is_one_problem_at_that_file(file, code, tmp_path):
    (sound_content(tmp_path) / file).unlink()
    for locale in ("en", "es") if file == "flows/menu.yaml" else ():
        (tmp_path / "messages" / locale / "menu.yml").unlink()

    assert [(problem.code, problem.place.file) for problem in check_folder(tmp_path).problems] == [(code, file)]


def test_a_flow_that_nothing_leads_to_is_named(tmp_path):
    sound_content(tmp_path)
    (tmp_path / "flows" / "work.yaml").write_text(
        "law: {sources_until: 2026-10-07, recheck: 2026-12-23, sources: [S-ONE]}\nsteps:\n  calm:\n    then: lawyer\n"
    )
    for locale, text in (("en", "Stay calm."), ("es", "Tenga calma.")):
        (tmp_path / "messages" / locale / "work.yml").write_text(f"calm: {{text: {text}}}\n", encoding="utf-8")

    assert said(tuple(p for p in check_folder(tmp_path).problems if p.place.file.startswith("flows/"))) == (
        'flows/work.yaml:3:3: warning: nothing leads to the flow "work". [nobody-comes]\n'
        "        calm:\n"
        "    Give it keywords, or an option in flows/menu.yaml."
    )


@pytest.mark.parametrize(
    ("old", "new", "whats"),
    [
        (
            "%{phone}",
            "%{teléfono}",
            ['"common.fallback" lacks %{phone}.', '"common.fallback" uses %{teléfono}, which nobody fills.'],
        ),
        (
            "%{phone}",
            "%{phon}",
            [
                '"common.fallback" lacks %{phone}.',
                '"common.fallback" uses %{phon}, which nobody fills. Did you mean "phone"?',
            ],
        ),
        ("%{language}", "idioma", ['"common.referral.say" lacks %{language}.']),
        ("%{phone}", "%phone", ['"common.fallback" holds a lone %.', '"common.fallback" lacks %{phone}.']),
        ("%{phone}", "%%{phone}", ['"common.fallback" lacks %{phone}.']),
    ],
)
def test_a_placeholder_that_was_changed_in_translation_is_named(old, new, whats, tmp_path):
    path = sound_content(tmp_path) / "messages" / "es" / "common.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    read_by_a_speaker(tmp_path)

    assert sorted(problem.what for problem in check_folder(tmp_path).problems) == whats


def test_a_whole_language_without_its_files_is_one_problem_for_each(tmp_path):
    sound_content(tmp_path)
    (tmp_path / "messages" / "ht").mkdir()
    shutil.copy(tmp_path / "messages" / "en" / "door.yml", tmp_path / "messages" / "ht")

    missing = {problem.place.file for problem in check_folder(tmp_path).problems}
    assert missing == {
        f"messages/ht/{name}.yml" for name in ("common", "lawyer", "menu", "referrals", "reviews", "words")
    }


def test_two_flows_that_say_they_were_the_same_are_named(tmp_path):
    sound_content(tmp_path)
    for name in ("door", "lawyer"):
        with (tmp_path / "flows" / f"{name}.yaml").open("a", encoding="utf-8") as file:
            file.write("was: [entry]\n")
    (problem,) = check_folder(tmp_path).problems

    assert (problem.code, problem.place.file) == ("moved", "flows/lawyer.yaml")
    assert problem.what == 'the flow "door" says that it was "entry", too.'


def test_an_earlier_name_of_a_flow_leads_to_no_step_that_nothing_else_leads_to(tmp_path):
    path = sound_content(tmp_path) / "flows" / "door.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "was: [entry]\n", encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace("gone: safe", "gone: paper"), encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace("    then: safe", "    then: knock"), encoding="utf-8")

    assert [problem.what for problem in check_folder(tmp_path).problems] == ['nothing leads to the step "safe".']


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    (sound_content(tmp_path) / "flows" / "new.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "nowhere").mkdir()
    problems = check_folder(tmp_path).problems

    assert problems == ()  # a folder is no file: nobody meant it
    path = tmp_path / "flows" / "shut.yaml"
    path.write_text("steps:", encoding="utf-8")
    path.chmod(0)
    try:
        path.read_bytes()
    except PermissionError:
        assert [problem.code for problem in check_folder(tmp_path).problems] == ["unreadable"]
    else:
        pytest.skip("this user may read everything")


def test_a_link_out_of_its_folder_is_refused_unread(tmp_path):
    flows = sound_content(tmp_path) / "flows"
    (tmp_path / ".env").write_text("TWILIO_AUTH_TOKEN: secret\n", encoding="utf-8")
    (flows / "new.yaml").symlink_to(tmp_path / ".env")
    checked = check_folder(tmp_path)

    assert [(problem.code, problem.place.file, problem.shown) for problem in checked.problems] == [
        ("link", "flows/new.yaml", "")
    ]
    assert "flows/new.yaml" not in checked.nodes


def test_a_link_within_its_folder_and_a_folder_that_is_a_link_are_read(tmp_path):
    """So are files handed out to containers."""
    flows = sound_content(tmp_path / "real") / "flows"
    (flows / "door.yaml").rename(flows / ".door")
    (flows / "door.yaml").symlink_to(flows / ".door")
    (tmp_path / "shown").symlink_to(tmp_path / "real")

    assert check_folder(tmp_path / "shown").problems == ()


def test_a_huge_file_is_not_read_at_all(tmp_path):
    with (sound_content(tmp_path) / "flows" / "door.yaml").open("wb") as file:
        file.truncate(8_000_000_000)

    assert [problem.code for problem in check_folder(tmp_path).problems] == ["too-big"]


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends_of_other_systems_are_read_as_any(ending, tmp_path):
    before = digest_of(check_folder(sound_content(tmp_path)).canonical)
    for path in tmp_path.rglob("*.y*ml"):
        path.write_bytes(path.read_bytes().replace(b"\n", ending.encode()))

    assert digest_of(check_folder(tmp_path).canonical) == before


def test_a_byte_order_mark_is_read_over(tmp_path):
    before = digest_of(check_folder(sound_content(tmp_path)).canonical)
    for path in tmp_path.rglob("*.y*ml"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert digest_of(check_folder(tmp_path).canonical) == before


def test_values_that_yaml_would_change_stay_as_they_were_typed(tmp_path):
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "odd.yaml").write_text(
        "no: 911\nyes: 9:00\non: 010\noff: ~\n1: 2026-10-07\n", encoding="utf-8"
    )

    bundle = check_folder(tmp_path).bundle
    assert bundle == {"flows/odd.yaml": {"no": "911", "yes": "9:00", "on": "010", "off": "~", "1": "2026-10-07"}}


def test_one_run_names_the_mistakes_of_all_files_in_the_order_of_files_and_lines(tmp_path):
    sound_content(tmp_path)
    for file, old, new in (
        ("flows/lawyer.yaml", "quietly", "quitely"),
        ("flows/door.yaml", "gone: safe", "gone: saef"),
        ("flows/door.yaml", "visit: lawyer", "visit: lawer"),
        ("messages/es/menu.yml", "Qué idioma", "100% idioma"),
    ):
        path = tmp_path / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    found = [f"{problem.place.file}:{problem.place.line} {problem.code}" for problem in check_folder(tmp_path).problems]
    assert found == [
        "flows/door.yaml:8 unknown-target",
        "flows/door.yaml:13 unknown-target",
        "flows/lawyer.yaml:21 end",
        "messages/es/menu.yml:7 percent",
        "messages/es/reviews.yml:0 unread",
    ]


def test_one_broken_file_is_not_a_hundred_problems_in_the_others(tmp_path):
    path = sound_content(tmp_path) / "flows" / "lawyer.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("    end", "\tend"), encoding="utf-8")

    assert [problem.code for problem in check_folder(tmp_path).problems] == ["tab"]


def test_a_published_bundle_is_the_content_that_was_checked(tmp_path):
    checked = check_folder(sound_content(tmp_path))
    here, there = checked.library(), open_bundle(checked.bundle)

    assert here.digest == there.digest == digest_of(checked.canonical)
    assert here.release.flows == there.release.flows
    assert understood(here) == understood(there)
    assert checked.canonical == canonical(checked.bundle) == json.dumps(
        checked.bundle, ensure_ascii=False, separators=(",", ":")
    ).encode()  # fmt: skip


def test_what_was_made_of_the_release_before_changes_nothing_in_the_next(checked):
    """One text is changed, one file is gone, one word more is understood, and steps stand in another order."""
    memory = Memory()
    open_bundle(checked.bundle, memory=memory)
    changed = json.loads(checked.canonical)
    changed["messages/es/common.yml"]["changed"] = "Otra cosa."
    changed["flows/menu.yaml"]["steps"] = dict(reversed(changed["flows/menu.yaml"]["steps"].items()))
    changed["messages/es/words.yml"]["yes"].append("simón simón")
    del changed["messages/ur-Latn/arrested.yml"]
    here, there = open_bundle(changed, memory=memory), open_bundle(changed, memory=Memory())

    assert here.messages.text("common.changed", "es") == "Otra cosa."
    assert understood(here) == understood(there) != understood(checked.library())
    assert [*here.release.steps.items()] == [*there.release.steps.items()] != [*checked.library().release.steps.items()]
    assert words_of(here) == words_of(there) != words_of(checked.library())
    assert here.translations["ur-Latn"] == there.translations["ur-Latn"] != checked.translations["ur-Latn"]


def words_of(library: Library) -> list[str]:
    """All texts, in the order of locales and files."""
    release, messages = library.release, library.messages
    return [f"{one} {key} {messages.raw(key, one)}" for one in release.locales for key in messages.keys(one)]


SHIPPED = sorted(
    path.relative_to(CHECKOUT).as_posix()
    for room in ("flows", "messages/en")
    for path in (CHECKOUT / room).glob("*.y*ml")
)


@st.composite
def slips(draw):
    """What a tired volunteer does to a file: lines and letters deleted, doubled, swapped, put in."""
    file = draw(st.sampled_from(SHIPPED))
    lines = (CHECKOUT / file).read_text(encoding="utf-8").split("\n")
    for _ in range(draw(st.integers(1, 3))):
        at, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        letter = draw(st.integers(0, len(lines[at])))
        match draw(st.sampled_from(["delete", "double", "swap", "letter", "letters", "sign"])):
            case "delete" if len(lines) > 1:
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                lines[at], lines[other] = lines[other], lines[at]
            case "letter":
                lines[at] = lines[at][:letter] + lines[at][letter + 1 :]
            case "letters":
                lines[at] = lines[at][:letter] + lines[at][max(0, letter - 1) : letter] + lines[at][letter:]
            case _:
                sign = draw(st.sampled_from("\t:#'\"*!&@%`{}[]|>-?, \u00a0\u0085\u2028\u3000\ufeff\x00\x07á敲"))
                lines[at] = lines[at][:letter] + sign + lines[at][letter:]
    return file, "\n".join(lines)


@pytest.fixture(scope="module")
def shipped_in_english(tmp_path_factory):
    """The shipped content with one language, so that many copies of it are checked in little time."""
    folder = tmp_path_factory.mktemp("content")
    shutil.copytree(CHECKOUT / "flows", folder / "flows")
    shutil.copytree(CHECKOUT / "messages" / "en", folder / "messages" / "en")
    path = folder / "flows" / "organisation.yaml"
    path.write_text(re.sub(r"bilingual: .*", "bilingual: [en]", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert check_folder(folder).opened
    return folder


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(slip=slips())
def test_whatever_happens_to_a_file_it_is_accepted_or_a_place_is_named(shipped_in_english, slip):
    file, text = slip
    path: Path = shipped_in_english / file
    before = path.read_bytes()
    path.write_text(text, encoding="utf-8")
    try:
        checked = check_folder(shipped_in_english)
        errors = [problem for problem in checked.problems if problem.severity == "error"]

        assert errors or checked.library().digest
        for problem in errors:
            assert (shipped_in_english / problem.place.file).exists() or problem.code == "no-file"
            assert problem.what
            assert problem.cure
    finally:
        path.write_bytes(before)
