"""Options that several commands have.

Apart because commands of different sections say them alike.
"""

from __future__ import annotations

from pathlib import Path

import click

CONTENT = click.Path(exists=True, file_okay=False, path_type=Path)
"""A content folder, or one of several that are laid over each other."""
