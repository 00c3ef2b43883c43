"""What a text costs, and when that was looked up: the one place of it.

Apart because prices age faster than anything else here: whoever shows money shows `SEEN` beside it.
"""

from __future__ import annotations

SEEN = "2026-10"
"""When the prices below were looked up."""
CENTS_A_PART = 0.83
"""Twilio's price for one part of an SMS in the United States, in and out alike. A phone company's fee comes on top.
https://www.twilio.com/en-us/sms/pricing/us"""
