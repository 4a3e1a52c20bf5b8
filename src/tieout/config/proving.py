"""Tie-outs with their runs: by night, asked for on the screen, from the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from tieout.errors import RetryLater, TieoutError
from tieout.ports.administration import OrganisationEntry
from tieout.ports.proofs import Period, ProofFigures
from tieout.ports.schedules import Job
from tieout.records.proofs import DjangoProofs
from tieout.sync import proof_results
from tieout.sync.proof_budget import CountingMeter, night_period
from tieout.sync.proof_results import TiedOut
from tieout.sync.tie_out import Progress, Store, TieOut
from tieout.sync.waiting import PatientMeter, RecordsMeter

if TYPE_CHECKING:
    from tieout.config.wiring import Wiring

#: How often who watches is told.
_TELL_SECONDS = 0.5
#: A tie-out that runs longer was killed with its process.
_LOST_AFTER = timedelta(hours=6)
_TRACE_LENGTH_MAX = 200

Watcher = Callable[[str], None]


class Proving:
    """Makes tie-outs of one installation."""

    def __init__(self, wired: Wiring) -> None:
        self._wired = wired
        self.records = DjangoProofs()

    def organisations(self) -> Sequence[OrganisationEntry]:
        """Those that some store goes to."""
        wired = self._wired
        assigned = {
            assignment.organisation
            for connection in wired.administration.connections()
            for assignment in wired.records.assignments(connection.id)
        }
        return [one for one in wired.administration.organisations() if one.id in assigned]

    def prove(
        self,
        organisation: OrganisationEntry,
        period: Period,
        *,
        by: str,
        run: int | None = None,
        calls_max: int | None = None,
        watch: Watcher | None = None,
    ) -> TiedOut:
        """Tie out one organisation and keep what was found. Raises RetryLater, NeedsOperator; the run says why."""
        wired = self._wired
        if run is None:
            run = self.records.begin_proof(organisation.id, period, by=by, now=wired.clock.now())
        # By night nothing of the day's reserve is used, which is for what people ask.
        by_hand = calls_max is None
        slots = RecordsMeter(wired.records, wired.clock, organisation.id, wired.owner, manual=by_hand)
        meter = CountingMeter(PatientMeter(slots, wired.clock, wired.wait), calls_max)
        started = wired.clock.now()
        tell = self._teller(run, watch)
        try:
            tell("Asking Xero")
            result = self._tie(organisation, period, tell).run((ledger := wired.ledger(organisation)), ledger, meter)
        except TieoutError as error:
            self.records.fail_proof(run, str(error), wired.clock.now())
            raise
        except Exception as error:
            self.records.fail_proof(run, f"{type(error).__name__}: {error}"[:_TRACE_LENGTH_MAX], wired.clock.now())
            raise
        figures = ProofFigures(
            documents=result.documents,
            differences=len(result.differences),
            chosen=len(result.chosen),
            findings=len(result.findings),
            calls=meter.count,
        )
        body = proof_results.encode(result)
        self.records.end_proof(run, figures, body, read_at=started, now=wired.clock.now())
        return result

    def _tie(self, organisation: OrganisationEntry, period: Period, tell: Progress) -> TieOut:
        wired = self._wired
        stores = [
            Store(connection, wired.planner(connection), assignment.rules)
            for connection in wired.administration.connections()
            for assignment in wired.records.assignments(connection.id)
            if assignment.organisation == organisation.id
        ]
        return TieOut(
            wired.records, wired.administration, self.records, wired.clock, organisation, stores, period, tell
        )

    def _teller(self, run: int, watch: Watcher | None) -> Progress:
        told_at = self._wired.clock.now() - timedelta(seconds=_TELL_SECONDS)

        def tell(sentence: str) -> None:
            nonlocal told_at
            if watch is not None:
                watch(sentence)
            now = self._wired.clock.now()
            if (now - told_at).total_seconds() >= _TELL_SECONDS:
                told_at = now
                self.records.tell_proof(run, sentence)

        return tell


def _unless(stopping: Callable[[], bool]) -> Watcher:
    """Ends a tie-out at its next sentence when the worker is told to stop."""

    def watch(sentence: str) -> None:
        if stopping():
            raise RetryLater("The worker was stopped meanwhile. Press “Tie out now” once more.", scope="stop")

    return watch


def nightly(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """Compare stores and organisations, of the last weeks, within the nightly share of calls."""
    proving = Proving(wired)
    proving.records.end_lost_proofs(wired.clock.now() - _LOST_AFTER, wired.clock.now())
    sentences = []
    for organisation in proving.organisations():
        if stopping() or organisation.status != "connected":
            continue
        period, share = night_period(
            wired.clock.now().date(),
            organisation.day_limit,
            lambda period, number=organisation.id: proving.records.dated_count(number, period),  # type: ignore[misc]
        )
        try:
            result = proving.prove(organisation, period, by="nightly", calls_max=share, watch=_unless(stopping))
            sentences.append(f"{organisation.name}: {result.sentence()}")
        except TieoutError as error:
            # One organisation without access must not keep the others from being looked at.
            sentences.append(f"{organisation.name}: {error}")
    return " ".join(sentences) or "no organisation to look at"


def asked(wired: Wiring, job: Job, stopping: Callable[[], bool]) -> str:
    """Do the tie-outs that people asked for on the screen."""
    proving = Proving(wired)
    done = 0
    for one in proving.records.asked_proofs():
        if stopping():
            break
        try:
            organisation = wired.administration.organisation(one.organisation)
            proving.prove(organisation, one.period, by=one.by, run=one.run, watch=_unless(stopping))
            done += 1
        except TieoutError:
            # Its run carries the reason, and who asked sees it; the next one may be of another organisation.
            continue
    return f"{done} done"
