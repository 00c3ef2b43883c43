"""The help in sections, and what a person may get wrong told in a sentence, never in a traceback.

Apart from the commands because it is the same for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from bot.config import ConfigError

STAYS = "Nothing was published. The release that was live is still live."
WRITES = frozenset({"publish", "rollback", "withdraw"})
"""Commands that make a release live."""


class Sections(click.Group):
    """Commands by what they are for; wrong settings, content that does not check, a silent store."""

    def __init__(self, *args: Any, sections: Mapping[str, tuple[click.Command, ...]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        for commands in sections.values():
            for command in commands:
                self.add_command(command)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Commands alone: one screen has no room for `--help`, which whoever reads this has found."""
        widest = max(map(len, self.commands))
        for section, commands in self.sections.items():
            with formatter.section(section):
                formatter.write_dl(
                    [(f"{command.name:<{widest}}", command.get_short_help_str(limit=80)) for command in commands]
                )

    def invoke(self, ctx: click.Context) -> object:
        from bot.content.change import Refused
        from bot.content.problem import ContentError
        from bot.publishing.refusal import NotPublished
        from bot.store.releases import Overtaken
        from bot.store.sessions import StoreDown

        try:
            return super().invoke(ctx)
        except ConfigError as error:
            click.echo(f"Some settings are wrong:\n{error}", err=True)
            ctx.exit(2)
        except (ContentError, NotPublished, Overtaken, Refused) as error:
            click.echo(str(error), err=True)
        except StoreDown:
            click.echo("The store does not answer. Is it running, and is REDIS_URL right?", err=True)
        if ctx.invoked_subcommand in WRITES:
            click.echo(f"\n{STAYS}", err=True)
        ctx.exit(1)
