"""A TCP proxy that a test can make slow, deaf or rude while connections go through it."""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Literal, Self

Mode = Literal["pass", "hole"]
BLOCK_BYTES = 65_536
AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER with no time to linger: closing sends a reset."""


class Proxy:
    """Stands before a port of the loopback address, in a thread of its own.

    A *hole* swallows nothing and answers nothing: bytes wait in both directions, new connections are accepted and stay
    silent, and all goes on when it passes again, as after a cable was pulled and put back.
    """

    def __init__(self, target_port: int, *, port: int = 0) -> None:
        self.target_port = target_port
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._passes = asyncio.Event()
        self._delay_s = 0.0
        self._sockets: set[asyncio.StreamWriter] = set()
        self.n_connections = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._serve, "127.0.0.1", self._port))
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.be("pass")
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def be(self, mode: Mode, *, delay_s: float = 0.0) -> None:
        """Pass, or be a hole, from now on; a delay holds every block back for so long."""
        self._delay_s = delay_s
        self._loop.call_soon_threadsafe(self._passes.set if mode == "pass" else self._passes.clear)

    def reset(self) -> int:
        """Reset every connection that goes through it now, and return how many ends were cut."""
        return self._call(self._reset())

    def _call(self, work: Coroutine[object, object, object]) -> object:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.n_connections += 1
        self._sockets.add(writer)
        await self._passes.wait()
        try:
            from_target, to_target = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            self._drop(writer)
            return
        self._sockets.add(to_target)
        await asyncio.gather(self._pump(reader, to_target), self._pump(from_target, writer))

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while block := await source.read(BLOCK_BYTES):
                await asyncio.sleep(self._delay_s)
                await self._passes.wait()
                sink.write(block)
                await sink.drain()
        self._drop(sink)

    def _drop(self, writer: asyncio.StreamWriter) -> None:
        self._sockets.discard(writer)
        writer.close()

    async def _reset(self) -> int:
        ends = list(self._sockets)
        for end in ends:
            end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            end.transport.abort()
        return len(ends)

    async def _close(self) -> None:
        self._server.close()
        self._passes.set()
        await self._reset()
        mine = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not mine]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
