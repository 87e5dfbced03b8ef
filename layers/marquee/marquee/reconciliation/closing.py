"""Closing ended runs: whatever belongs to an ending and its handler may have died before."""

from dataclasses import dataclass

from marquee.endings import Endings
from marquee.failures import FailRun
from marquee.ledger import Run, Stage
from marquee.notices import tell_untold
from marquee.reconciliation.inspection import Inspection
from marquee.services.registry import Registry
from marquee.settings import ReconcileSettings


@dataclass(frozen=True)
class Closing:
    """Sees that an ended run is told, approved or taken back, and works no more; then it is left alone."""

    endings: Endings
    failures: FailRun
    registry: Registry
    inspection: Inspection

    @classmethod
    def of(cls, settings: ReconcileSettings) -> "Closing":
        """Wire it to AWS."""
        registry, inspection = Registry(settings.model_package_group), Inspection.of(settings)
        return cls(Endings.of(settings), FailRun.of(settings), registry, inspection)

    def close(self, run: Run) -> bool:
        """Do what is missing of a run's ending; False if something of it has to wait for the next pass."""
        told = tell_untold(self.endings.ledger, self.endings.topic, run)
        return self._is_undone(run) and told and self.endings.ledger.close(run)

    def _is_undone(self, run: Run) -> bool:
        if run.stage == Stage.FAILED:
            self.inspection.stop(run)
            return self.failures.take_back(run) == "done"
        if run.stage == Stage.LIVE and "model_package_arn" in run.facts:
            self.registry.decide(run.facts["model_package_arn"], True, run.reason)
        self.endings.lock.free(run.attempt_id)
        return True
