"""Every change that a volunteer makes to flows, made everywhere at once: options and steps inserted, put in another
order, renamed, removed.

Apart from the test that uses it because it is the other half of its proof: it knows by itself, without any code of
ours, what became of each step and option.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

NOT_FLOWS = ("referrals", "organisation", "sources")
MOST = 7


class _Dumper(yaml.SafeDumper):
    """Writes texts so that what was typed is what is read."""


_Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else "'")
)


@dataclass
class Flows:
    """The flows of a folder in one language, and what became of every name they ever had."""

    folder: Path
    flows: dict[str, Any] = field(default_factory=dict)
    words: dict[str, Any] = field(default_factory=dict)
    now: dict[str, str | None] = field(default_factory=dict)
    """By `flow.step` or `flow.step.option` of the beginning: its name today; None: it is gone."""

    def __post_init__(self) -> None:
        for path in sorted((self.folder / "flows").glob("*.yaml")):
            if path.stem not in NOT_FLOWS:
                self.flows[path.stem] = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)
                self.words[path.stem] = yaml.load(self._words_of(path.stem).read_text("utf-8"), yaml.BaseLoader)
        for flow, step, what in self._steps():
            self.now |= {f"{flow}.{step}": f"{flow}.{step}"}
            self.now |= {f"{flow}.{step}.{option}": f"{flow}.{step}.{option}" for option in what.get("ask", ())}

    def write(self) -> None:
        """The files, with a line in `moved:` for every name that is another one today."""
        for flow, content in self.flows.items():
            mine = [(old, new) for old, new in self.now.items() if new and new != old and old.startswith(f"{flow}.")]
            content["moved"] = {old.partition(".")[2]: new.partition(".")[2] for old, new in mine}
            self._write(self.folder / "flows" / f"{flow}.yaml", content)
            self._write(self._words_of(flow), self.words[flow])

    # ------------------------------------------------------------------------------------------- changes

    def insert(self) -> None:
        """A new option in front of all others, and the step it leads to, in every flow."""
        for flow, content in self.flows.items():
            for step, what in content["steps"].items():
                if len(what.get("ask", {})) in range(1, MOST):
                    what["ask"] = {"extra": "extra_help", **what["ask"]}
                    self.words[flow][step]["extra"] = {"label": "More help"}
            if any("extra" in what.get("ask", {}) for what in content["steps"].values()):
                content["steps"]["extra_help"] = {"refer": {"need": "legal"}}
                self.words[flow]["extra_help"] = {"text": "They can help you:"}

    def reorder(self) -> None:
        """Every option the other way round, and every step but the first."""
        for content in self.flows.values():
            (first, top), *others = content["steps"].items()
            content["steps"] = {first: top, **dict(reversed(others))}
        for _, _, what in self._steps():
            if "ask" in what:
                what["ask"] = dict(reversed(what["ask"].items()))

    def rename_steps(self) -> None:
        """Every step has another name."""
        for flow, content in self.flows.items():
            new = {step: f"{step}_b" for step in content["steps"]}
            content["steps"] = {new[step]: _led(what, new) for step, what in content["steps"].items()}
            self.words[flow] = {new.get(name, name): value for name, value in self.words[flow].items()}
            self._became({f"{flow}.{step}": f"{flow}.{name}" for step, name in new.items()})

    def rename_options(self) -> None:
        """Every option has another name."""
        for flow, step, what in self._steps():
            if options := what.get("ask"):
                what["ask"] = {f"{option}_b": target for option, target in options.items()}
                said = self.words[flow][step]
                self.words[flow][step] = {f"{name}_b" if name in options else name: said[name] for name in said}
                self._became({f"{flow}.{step}.{name}": f"{flow}.{step}.{name}_b" for name in options})

    def remove_options(self) -> None:
        """From every step that can spare one, the first option without which every step can still be reached."""
        for flow, step, what in self._steps():
            for option in tuple(what.get("ask", ())):
                kept = {name: target for name, target in what["ask"].items() if name != option}
                left = {**self.flows[flow]["steps"], step: {**what, "ask": kept}}
                within = what["ask"][option] in left  # the ways out stay: no flow may be a trap
                if within and len(kept) >= 2 and _all_reached(left):
                    what["ask"] = kept
                    del self.words[flow][step][option]
                    self._became({f"{flow}.{step}.{option}": None})
                    break

    def remove_steps(self) -> None:
        """From every flow, the first step that it can spare: whoever stood there, or was led there, is at the first."""
        for flow, content in self.flows.items():
            first, *others = content["steps"]
            for step in others:
                left = {name: _led(what, {step: first}) for name, what in content["steps"].items() if name != step}
                if "ask" in content["steps"][first] and _all_reached(left):
                    gone = content["steps"][step].get("ask", {})
                    content["steps"] = left
                    self.words[flow].pop(step, None)
                    self._became({f"{flow}.{step}": f"{flow}.{first}"})
                    lost = (name for name in gone if name not in left[first]["ask"])
                    self._became({f"{flow}.{first}.{name}": None for name in lost})
                    break

    # ------------------------------------------------------------------------------------------- helpers

    def _steps(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [(flow, step, what) for flow, content in self.flows.items() for step, what in content["steps"].items()]

    def _became(self, names: Mapping[str, str | None]) -> None:
        """Steps take their options along, unless those are named themselves."""
        for old, today in self.now.items():
            if today is None:
                continue
            if today in names:
                self.now[old] = names[today]
            elif step := names.get(today.rpartition(".")[0]):
                self.now[old] = f"{step}.{today.rpartition('.')[2]}"

    def _words_of(self, flow: str) -> Path:
        return self.folder / "messages" / "en" / f"{flow}.yml"

    def _write(self, path: Path, content: dict[str, Any]) -> None:
        path.write_text(yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=4000), "utf-8")


def _all_reached(steps: dict[str, Any]) -> bool:
    first = next(iter(steps))
    reached, waiting = {first}, [first]
    while waiting:
        new = [target for target in _targets(steps[waiting.pop()]) if target in steps and target not in reached]
        reached.update(new)
        waiting += new
    return reached == set(steps)


def _targets(what: dict[str, Any]) -> list[str]:
    branches = [target for value, target in what.get("branch", {}).items() if value != "on"]
    return [*what.get("ask", {}).values(), *branches, *(what[word] for word in ("then", "else") if word in what)]


def _led(what: dict[str, Any], new: dict[str, str]) -> dict[str, Any]:
    """A step whose targets have other names."""
    led = dict(what)
    if "ask" in led:
        led["ask"] = {option: new.get(target, target) for option, target in led["ask"].items()}
    if "branch" in led:
        led["branch"] = {
            value: target if value == "on" else new.get(target, target) for value, target in led["branch"].items()
        }
    return led | {word: new.get(led[word], led[word]) for word in ("then", "else") if word in led}
