"""The engine: what one text does to one person's conversation. PURE.

No files, no clock, no network, no logging and no translation in here: everything comes in as an argument (the session,
the inbound message, the release, the time) and everything goes out as a value (the new session and the events). That is
why the same function can answer a webhook, a terminal, a golden conversation and a benchmark, and why a turn may be
computed again after a conflict without any harm. `pyproject.toml` has the contract that keeps it so.
"""
