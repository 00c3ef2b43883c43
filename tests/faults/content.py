"""What people are told while the line is hurt: a small release, and the two that are published under them.

Apart from `tests/publishing/small.py` because no two places may say the same here: a reply has to tell where its person
is. The second release says everything in other words and puts an option before the others; the third renames a step and
takes that option away again.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from bot.content.library import Checked, check_folder
from tests.releases import write_content

FLOWS = {
    "menu": "steps: {choose: {ask: {door: door, taken: taken, lawyer: lawyer}}}",
    "door": """
        steps:
          knock: {ask: {paper: paper, inside: inside, gone: gone}}
          paper: {ask: {judge: judge, agency: knock, unsure: window}}
          judge: {ask: {yes: inside, "no": gone}}
          window: {ask: {read: paper, dark: knock}}
          inside: {ask: {alone: gone, people: taken}}
          gone: {ask: {again: knock, note: write, call: lawyer}}
          write: {end: said}
    """,
    "taken": """
        steps:
          who: {ask: {child: child, partner: partner, somebody: lawyer}}
          child: {ask: {school: school, home: lawyer}}
          partner: {ask: {work: lawyer, street: school}}
          school: {end: said}
    """,
    "lawyer": "steps: {call: {refer: {need: legal}}}",
}
MESSAGES = {
    "menu": """
        choose: {text: What is happening?, door: {label: The door}, taken: {label: Taken}, lawyer: {label: A lawyer}}
    """,
    "door": """
        keywords: [door, outside my house]
        knock: {text: Keep it closed., paper: {label: A paper}, inside: {label: They are in}, gone: {label: They left}}
        paper: {text: Who signed it?, judge: {label: A judge}, agency: {label: An agency}, unsure: {label: No idea}}
        judge: {text: Is the address right?, "yes": {label: It is}, "no": {label: It is not}}
        window: {text: Look through a window., read: {label: I can read it}, dark: {label: Too dark}}
        inside: {text: Stay calm., alone: {label: I am alone}, people: {label: We are many}}
        gone: {text: They are away., again: {label: They are back}, note: {label: What now}, call: {label: A lawyer}}
        write: {text: Write down what you saw.}
    """,
    "taken": """
        keywords: [taken, they took]
        who: {text: Who is it?, child: {label: A child}, partner: {label: A partner}, somebody: {label: Somebody}}
        child: {text: Where was the child?, school: {label: At school}, home: {label: At home}}
        partner: {text: Where was your partner?, work: {label: At work}, street: {label: In the street}}
        school: {text: Ask those who were there.}
    """,
    "lawyer": """
        keywords: [lawyer]
        call: {text: Find a lawyer.}
    """,
}
OTHER_WORDS = (
    ("What is happening?", "What is going on?"), ("Keep it closed.", "Do not open."),
    ("Who signed it?", "Whose name is it?"),
    ("Is the address right?", "Is it this house?"), ("Stay calm.", "Keep calm."), ("They are away.", "They have left."),
    ("Who is it?", "Who was taken?"), ("Where was the child?", "Where did they find the child?"),
)  # fmt: skip
ONE_MORE = (("{ask: {paper: paper, inside", "{ask: {voices: window, paper: paper, inside"),
            ("closed., paper: {label", "closed., voices: {label: Voices}, paper: {label"))  # fmt: skip
MOVED = "moved: {window: look, knock.voices: knock.paper}"
RENAMED = (("unsure: window", "unsure: look"), ("  window: {", "  look: {"),
           ("write: {end: said}", f"write: {{end: said}}\n        {MOVED}"))  # fmt: skip


@cache
def releases() -> tuple[Checked, ...]:
    """The three releases, in the order in which they are published."""
    return _made(), _made(*ONE_MORE, *OTHER_WORDS), _made(*OTHER_WORDS, *RENAMED)


def _made(*changes: tuple[str, str]) -> Checked:
    """The release with some of its words replaced, in flows and messages alike."""
    flows, messages = dict(FLOWS), dict(MESSAGES)
    for old, new in changes:
        assert any(old in text for text in (*flows.values(), *messages.values())), old
        for texts in (flows, messages):
            texts.update({name: text.replace(old, new) for name, text in texts.items()})
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        write_content(Path(folder), flows, messages)
        return check_folder(Path(folder))
