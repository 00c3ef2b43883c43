"""Servers that stand in for each other: a cluster of six, or two with three Sentinels, on this machine.

Apart from `servers.py`, whose one server is the embedded one: these are set up as an organisation would set them up.
"""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from redis import Redis, RedisError

from bot.embedded import find_server
from tests.processes import until
from tests.web import free_port

SLOTS = 16384
GONE_MILLISECONDS = 1000
"""After this a server that does not answer counts as gone. The usual 5 to 15 seconds are long for a person."""
READY_SECONDS = 30
NAME = "line"


class Server:
    """One server on a port of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        place = folder / str(self.port)
        place.mkdir()
        kept = ("--dir", str(place), "--bind", "127.0.0.1", "--appendonly", "yes", "--save", "")
        command = [str(find_server()), *(options if "--sentinel" in options else (*kept, *options))]
        with (place / "log").open("wb") as log:
            self.process = subprocess.Popen([*command, "--port", str(self.port)], stdout=log, stderr=log, cwd=place)
        self.client = Redis(port=self.port, socket_timeout=2, decode_responses=True)
        until(self._answers, READY_SECONDS)

    def _answers(self) -> bool:
        with contextlib.suppress(RedisError):
            return bool(self.client.ping())
        return False

    def asked(self, *words: str | int) -> str:
        """What it says to a command; empty where it refuses."""
        with contextlib.suppress(RedisError):
            return str(self.client.execute_command(*words))
        return ""

    def has_replica(self) -> bool:
        """Whether another server has all that this one has."""
        replica: Any = self.client.info("replication").get("slave0")
        return bool(replica) and replica["state"] == "online"

    def kill(self) -> None:
        """With -9."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """For good."""
        self.client.close()
        self.kill()


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[Server]]]:
    """A cluster's address and its servers: three with a third of the keys each, and a replica for each of them."""
    servers: list[Server] = []
    try:
        for _ in range(6):
            timeout = ("--cluster-node-timeout", str(GONE_MILLISECONDS), "--cluster-port", str(free_port()))
            servers.append(Server(folder, "--cluster-enabled", "yes", *timeout))
        for number, server in enumerate(servers):
            port, bus = server.port, server.client.config_get("cluster-port")["cluster-port"]
            servers[0].client.execute_command("CLUSTER", "MEET", "127.0.0.1", port, bus)
            if number < 3:
                first, last = SLOTS * number // 3, SLOTS * (number + 1) // 3 - 1
                server.client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
        for master, replica in zip(servers[:3], servers[3:], strict=True):
            name = master.asked("CLUSTER", "MYID")
            until(lambda: replica.asked("CLUSTER", "REPLICATE", name) in ("OK", "True"), READY_SECONDS)  # noqa: B023
        until(lambda: all("cluster_state:ok" in server.asked("CLUSTER", "INFO") for server in servers), READY_SECONDS)
        until(lambda: all(server.has_replica() for server in servers[:3]), READY_SECONDS)
        yield "redis+cluster://" + ",".join(f"127.0.0.1:{server.port}" for server in servers), servers
    finally:
        for server in servers:
            server.end()


@contextlib.contextmanager
def sentinels(folder: Path) -> Iterator[tuple[str, list[Server]]]:
    """The address of a server that three Sentinels watch, that server, and its replica."""
    servers: list[Server] = []
    try:
        servers.append(Server(folder))
        servers.append(Server(folder, "--replicaof", "127.0.0.1", str(servers[0].port)))
        until(servers[0].has_replica, READY_SECONDS)
        watchers = []
        for number in range(3):
            settings = folder / f"sentinel-{number}.conf"
            settings.write_text(
                f"bind 127.0.0.1\nsentinel monitor {NAME} 127.0.0.1 {servers[0].port} 2\n"
                f"sentinel down-after-milliseconds {NAME} {GONE_MILLISECONDS}\nsentinel failover-timeout {NAME} 3000\n"
            )
            watchers.append(Server(folder, str(settings), "--sentinel"))
            servers.append(watchers[-1])
        until(lambda: all(_knows_the_others(watcher) for watcher in watchers), READY_SECONDS)
        hosts = ",".join(f"127.0.0.1:{watcher.port}" for watcher in watchers)
        yield f"redis+sentinel://{hosts}/{NAME}", servers
    finally:
        for server in servers:
            server.end()


def _knows_the_others(watcher: Server) -> bool:
    masters: Any = watcher.client.sentinel_masters()
    found = masters.get(NAME, {})
    return (found.get("num-other-sentinels"), found.get("num-slaves")) == (2, 1)
