"""What we ask of Twilio's REST API, checked against Twilio's own document, and what we make of its answers."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from bot.config import CHECKOUT, Config
from bot.privacy import quiet_logging
from tests.twilio_forms import ACCOUNT, TOKEN, message_id
from tests.twilio_mock import (
    BUSY,
    DELETED,
    GONE,
    NOT_ALLOWED,
    TOO_MANY,
    Answer,
    TwilioMock,
)
from worker.sender import TIMEOUT_SECONDS, Deleted, Outcome, Sender

KEY, SECRET = "SK" + "b" * 32, "kept-by-the-worker-only"


@pytest.fixture
def settings(tmp_path) -> Config:
    """Settings with an API key, as the deploy guide wants them. No Redis is needed here."""
    return Config.from_env(
        {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_KEY": KEY,
            "TWILIO_API_SECRET": SECRET,
            "HOTLINE_DATA": str(tmp_path),
            "HOTLINE_CONTENT": str(CHECKOUT),
        }
    )


def sender(settings: Config, mock: TwilioMock, timeout: float = TIMEOUT_SECONDS) -> Sender:
    return Sender(settings, threads=2, base_url=mock.url, timeout=timeout)


def test_twilios_own_document_accepts_our_delete_request(strict_twilio, settings):
    message = message_id()

    result = sender(settings, strict_twilio).delete_message(message)

    assert (result, strict_twilio.refused) == (Deleted(Outcome.DONE), [])
    assert strict_twilio.deleted == {message}


def test_twilios_own_document_refuses_what_is_not_a_message_id(strict_twilio, settings):
    """The check above can fail."""
    result = sender(settings, strict_twilio).delete_message("XX" + "0" * 32)

    assert result == Deleted(Outcome.LATER, 422)
    assert len(strict_twilio.refused) == 1


def test_a_message_deleted_twice_is_as_good_as_once(strict_twilio, settings):
    message = message_id()
    line = sender(settings, strict_twilio)
    line.delete_message(message)

    again = line.delete_message(message)

    assert again.outcome is Outcome.DONE


ANSWERS = {
    "deleted": (DELETED, Deleted(Outcome.DONE)),
    "gone already": (GONE, Deleted(Outcome.DONE, 20404)),
    "gone, without a code": (Answer(404), Deleted(Outcome.DONE, 404)),
    "busy with it": (BUSY, Deleted(Outcome.LATER, 20009)),
    "too many requests": (TOO_MANY, Deleted(Outcome.SLOWER, 20429)),
    "too many, without a code": (Answer(429, raw="slow down"), Deleted(Outcome.SLOWER, 429)),
    "wrong credentials": (NOT_ALLOWED, Deleted(Outcome.REFUSED, 20003)),
    "not allowed": (Answer(403, 70051), Deleted(Outcome.REFUSED, 70051)),
    "not well": (Answer(500, 20500), Deleted(Outcome.LATER, 20500)),
    "a page of a proxy": (Answer(502, raw="<html>Bad Gateway</html>"), Deleted(Outcome.LATER, 502)),
    "half an answer": (Answer(503, raw='{"code": '), Deleted(Outcome.LATER, 503)),
    "a list": (Answer(500, raw="[]"), Deleted(Outcome.LATER, 500)),
    "accepted, not done": (Answer(202, raw="{}"), Deleted(Outcome.LATER)),
    "somewhere else": (Answer(307, raw=""), Deleted(Outcome.LATER, 307)),
    "the newer kind of error": (
        Answer(404, raw='{"type": "x", "title": "y", "status": 404, "code": 20404}'),
        Deleted(Outcome.DONE, 20404),
    ),
}


@pytest.mark.parametrize(("answer", "meaning"), ANSWERS.values(), ids=ANSWERS)
def test_each_answer_of_twilio_has_one_meaning(twilio, settings, answer, meaning):
    twilio.always = answer

    assert sender(settings, twilio).delete_message(message_id()) == meaning


def test_a_twilio_that_does_not_answer_is_not_waited_for(twilio, settings):
    """The server would say yes after twenty seconds: a sender that waits gets that yes."""
    twilio.always = Answer(hangs=True)

    assert sender(settings, twilio, timeout=0.2).delete_message(message_id()) == Deleted(Outcome.LATER)


def test_the_time_out_is_on_without_asking_for_it(settings):
    assert Sender(settings, threads=1)._client.http_client.timeout == TIMEOUT_SECONDS


def test_no_connection_means_later(twilio, settings):
    line = sender(settings, twilio)
    twilio.close()

    assert line.delete_message(message_id()) == Deleted(Outcome.LATER)


def test_the_api_key_is_used_where_there_is_one(twilio, settings):
    sender(settings, twilio).delete_message(message_id())

    assert twilio.credentials == {(KEY, SECRET)}


def test_the_newest_auth_token_is_used_where_there_is_no_api_key(twilio, settings):
    without_key = replace(settings, api_key=None, api_secret=None, auth_tokens=("new", "old"))

    sender(without_key, twilio).delete_message(message_id())

    assert twilio.credentials == {(ACCOUNT, "new")}


def test_twilio_itself_is_called_unless_a_test_says_otherwise(settings):
    assert Sender(settings, threads=1)._client.api.base_url == "https://api.twilio.com"


@pytest.mark.parametrize("answer", [BUSY, NOT_ALLOWED, Answer(500, 20500), Answer(502, raw="+12025550143")])
def test_nothing_that_twilio_says_of_a_person_can_reach_a_log(twilio, settings, answer, capfd):
    """The answers of the mock name a number and a text, in every error. The library quotes them in its exceptions."""
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    quiet_logging()
    twilio.always = answer
    try:
        result = sender(settings, twilio).delete_message(message_id())
    finally:
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(level)

    told = repr(result) + "".join(capfd.readouterr())

    assert "2025550143" not in told
    assert "door" not in told
