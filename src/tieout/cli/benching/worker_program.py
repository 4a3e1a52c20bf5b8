"""A worker process of a drill: the product's own worker, with a policy that the drill chose.

`python -m tieout.cli.benching.worker_program POLICY THREADS`; POLICY: fields of `DrillPolicy` as JSON.
"""

from __future__ import annotations

import faulthandler
import signal
import sys
from datetime import timedelta
from types import FrameType

import msgspec

from tieout.config import start
from tieout.sync.turn.values import Policy


class DrillPolicy(msgspec.Struct, frozen=True):
    """What differs from the product's own policy. key_life_seconds: 0 leaves it."""

    batch: int = 0
    batch_max: int = 50
    key_life_seconds: float = 0.0

    def policy(self) -> Policy:
        life = timedelta(seconds=self.key_life_seconds) if self.key_life_seconds else Policy().key_life
        return Policy(batch=self.batch, batch_max=self.batch_max, key_life=life)


def main() -> int:
    faulthandler.enable()
    policy = msgspec.json.decode(sys.argv[1], type=DrillPolicy).policy()
    start.begin()
    from tieout.config.wiring import Wiring, use

    wired = use(Wiring(policy=policy))

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        wired.stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    wired.worker(int(sys.argv[2])).run(wired.stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
