"""A start without a command: what may keep it from starting, and the folder made live with it.

Apart from the commands because nobody is there to read a question, and a line that people text has to start.
"""

from __future__ import annotations

from datetime import datetime

import click

from bot.config import Config


def stop_a_hopeless_start(context: click.Context, config: Config) -> None:
    """Where real people are to text, and nobody has yet. Elsewhere a start does not wait for all that this imports."""
    if not (config.auth_tokens and config.public_url.startswith("https://")):
        return
    from bot.doctor import against_a_start, told
    from bot.doctor.place import place_of

    if findings := against_a_start(place_of(config)):
        click.echo(f"{told.told(findings)}\n\nThe line was not started.", err=True)
        context.exit(1)


def publish_if_it_checks(config: Config) -> None:
    """Make the content folder live; where it cannot be, say so and go on."""
    from bot.content.problem import ContentError
    from bot.publishing import told
    from bot.publishing.acts import Wish, publish_folder
    from bot.publishing.refusal import NotPublished
    from bot.store.releases import Overtaken
    from bot.store.sessions import StoreDown

    wish = Wish(note=f"start of {datetime.now():%Y-%m-%d %H:%M}", at_start=True)
    try:
        click.echo(told.published(publish_folder(config.layers, config, wish)))
    except ContentError as error:
        click.echo(f"{error}\n\nThe content folder does not check. The last good release stays live, if there is one.")
    except NotPublished as error:
        click.echo(
            f"{error}\n\nThe content folder was not published. The last good release stays live, if there is one."
        )
    except (Overtaken, StoreDown):
        click.echo("The content folder was not published: another start was publishing, or the store did not answer.")
