"""The workshop as a process: it prints its link, serves on this machine, waits for its port, and ends when told to."""

from __future__ import annotations

import http.client
import re
import socket

import pytest

from tests.processes import until
from tests.studio.conftest import folder_of_content
from tests.web import Running, free_port


@pytest.fixture
def studio(tmp_path):
    started = []

    def start(**env):
        process = Running(
            tmp_path, "-m", "bot", "studio", HOTLINE_DATA=str(tmp_path / "data"),
            HOTLINE_CONTENT=str(folder_of_content(tmp_path / "content")), **env,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.end(politely=True)


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert "Server" not in answer.headers
        return answer.status
    finally:
        connection.close()


def test_it_prints_a_link_that_opens_and_ends_when_told(studio):
    port = free_port()
    process = studio(STUDIO_PORT=str(port))
    until(lambda: "/enter?token=" in process.said, 60)
    link = re.search(r"http://127\.0\.0\.1:\d+(/enter\?token=\S+)", process.said)

    assert get(port, "/problems") == 403
    assert link
    assert get(port, link[1]) == 200
    process.process.terminate()
    assert process.process.wait(20) == 0


def test_it_waits_for_its_port_and_says_so_once(studio):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = studio(STUDIO_PORT=str(port))
        until(lambda: "The workshop waits for port" in process.said, 60)
    until(lambda: "/enter?token=" in process.said, 60)

    assert process.said.count("waits for port") == 1
