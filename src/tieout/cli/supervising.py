"""A parent that starts children, starts one again when it dies, and ends them all when it is told to."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Sequence
from types import FrameType

import msgspec

from tieout.cli.output import say

#: A child that dies at once again and again is started ever more slowly.
RESTART_SECONDS_MIN, RESTART_SECONDS_MAX = 1.0, 60.0
#: A child that lived this long died of something new.
STEADY_SECONDS = 60.0
_LOOK_SECONDS = 0.2


class Child(msgspec.Struct, frozen=True):
    """One process to keep alive. command: program and arguments."""

    name: str
    command: tuple[str, ...]


class _Kept:
    def __init__(self, child: Child) -> None:
        self.child = child
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.start_at = 0.0
        self.pause = RESTART_SECONDS_MIN


class Supervisor:
    """Keeps children alive until SIGTERM or SIGINT, then lets them settle for a while before it kills them."""

    def __init__(self, children: Sequence[Child], *, settle_seconds: float) -> None:
        self._kept = [_Kept(child) for child in children]
        self._settle_seconds = settle_seconds
        self._told_to_stop = False

    def run(self) -> int:
        previous = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self._told_to_stop:
                for kept in self._kept:
                    self._look(kept)
                time.sleep(_LOOK_SECONDS)
        finally:
            self._end_all()
            for number, handler in previous.items():
                signal.signal(number, handler)
        return 0

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._told_to_stop = True

    def _look(self, kept: _Kept) -> None:
        now = time.monotonic()
        if kept.process is None:
            if now >= kept.start_at:
                # In a group of its own: Ctrl-C reaches this parent only, which then ends its children in order.
                kept.process = subprocess.Popen(kept.child.command, start_new_session=True)
                kept.started = now
            return
        code = kept.process.poll()
        if code is None:
            return
        kept.process = None
        kept.pause = RESTART_SECONDS_MIN if now - kept.started > STEADY_SECONDS else kept.pause * 2
        kept.pause = min(kept.pause, RESTART_SECONDS_MAX)
        kept.start_at = now + kept.pause
        say(f"The {kept.child.name} process ended ({code}); it is started again in {kept.pause:.0f} s.")

    def _end_all(self) -> None:
        running = [kept.process for kept in self._kept if kept.process is not None and kept.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + self._settle_seconds
        for process in running:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
