"""A link to a server that can be hurt: what passes it can be delayed, cut, held back, or be the moment to kill.

Apart from the servers because these faults lie between machines. One thread of its own; it knows of Redis's protocol
only that a chunk holds the name of the command it asks for.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

CHUNK = 1 << 16
END_SECONDS = 5.0


class When(Enum):
    """Where a command is when a breakpoint meets it."""

    ASKED = "asked"
    """It was sent, and has not arrived."""
    DONE = "done"
    """It was carried out, and nobody has heard so."""
    HEARD = "heard"
    """Its answer has just gone out."""


@dataclass
class Breakpoint:
    """What happens once, when a command passes. `held`: seconds that it is kept back; None: the link is cut there."""

    command: bytes
    when: When
    act: Callable[[], object] = lambda: None
    held: float | None = None
    met: threading.Event = field(default_factory=threading.Event)


class Proxy:
    """A TCP port on loopback that leads to a server's socket."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self.delay = 0.0
        """Seconds that everything waits here, on its way there."""
        self._is_cut = False
        self._breakpoint: Breakpoint | None = None
        self._lock = threading.Lock()
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="proxy", daemon=True)
        self._thread.start()
        started.wait()

    @property
    def url(self) -> str:
        """The address of the server, as a setting."""
        return f"redis://127.0.0.1:{self.port}"

    def watch_for(self, breakpoint_: Breakpoint) -> None:
        """The breakpoint that the next such command meets. There is one at a time."""
        with self._lock:
            self._breakpoint = breakpoint_

    def gives_up(self) -> bool:
        """Nothing meets the breakpoint from now on. Returns whether something has: it may act yet."""
        with self._lock:
            was_met, self._breakpoint = self._breakpoint is None, None
            return was_met

    @contextlib.contextmanager
    def cut(self):
        """Nothing passes, and what was open is closed."""
        self._is_cut = True
        self._loop.call_soon_threadsafe(self._close_all)
        try:
            yield
        finally:
            self._is_cut = False

    def close(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024))
        self.port = int(server.sockets[0].getsockname()[1])
        started.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._end_all())
        self._loop.close()

    def _close_all(self) -> None:
        for writer in list(self._open):
            writer.close()

    async def _end_all(self) -> None:
        """Close what is open, and wait until everybody has noticed."""
        self._close_all()
        if tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(tasks, timeout=END_SECONDS)
        await asyncio.sleep(0.01)  # what was closed is gone

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        self._open.add(writer)
        try:
            if not self._is_cut:
                there, back = await asyncio.open_unix_connection(str(self._socket))
                writers.append(back)
                link = _Link(self, (reader, writer), (there, back))
                await asyncio.gather(link.ask(), link.answer())
        except OSError:
            pass  # the server is away
        finally:
            for one in writers:
                one.close()
            self._open.discard(writer)

    def meets(self, chunk: bytes) -> Breakpoint | None:
        """The breakpoint that this chunk meets; nothing meets it after that."""
        with self._lock:
            wanted = self._breakpoint
            if wanted is None or wanted.command not in chunk:
                return None
            self._breakpoint = None
            return wanted


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Link:
    """One connection."""

    def __init__(self, proxy: Proxy, client: Ends, server: Ends) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._met: Breakpoint | None = None

    async def ask(self) -> None:
        """What the client sends, until it has nothing more to say."""
        with contextlib.suppress(OSError):
            while chunk := await self._client[0].read(CHUNK):
                if self._proxy.delay:
                    await asyncio.sleep(self._proxy.delay)
                met = self._proxy.meets(chunk)
                if met and met.when is When.ASKED:
                    met.act()
                    met.met.set()
                    if met.held is None:
                        self._client[1].close()
                        break
                    await asyncio.sleep(met.held)  # the client may have hung up since; it arrives all the same
                elif met:
                    self._met = met
                self._server[1].write(chunk)
                await self._server[1].drain()
        self._server[1].close()

    async def answer(self) -> None:
        """What the server says to it."""
        with contextlib.suppress(OSError):
            while chunk := await self._server[0].read(CHUNK):
                met, self._met = self._met, None
                if met is None or met.when is When.HEARD:
                    self._client[1].write(chunk)
                    await self._client[1].drain()
                if met:
                    met.act()
                    met.met.set()
                    if met.when is When.DONE:
                        break
        self._client[1].close()
        self._server[1].close()
