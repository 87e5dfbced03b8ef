"""Finishing a change of the endpoint whose caller went away before it was done."""

from dataclasses import dataclass

from marquee.releases import rolling_back, traffic
from marquee.services.functions import Function
from marquee.settings import HandOnSettings


@dataclass(frozen=True)
class HandOn:
    """Calls the function that takes the next step; they may do what the caller of this may not."""

    roll_back: Function
    share_traffic: Function

    @classmethod
    def of(cls, settings: HandOnSettings) -> "HandOn":
        """Wire it to AWS."""
        return cls(Function(settings.roll_back_function), Function(settings.share_traffic_function))

    def step(self, holder: str) -> bool:
        """Have the next step taken of what a holder of the lease began; False if it is none of these."""
        if holder.startswith(rolling_back.HOLDER):
            self.roll_back.send({"version": holder.removeprefix(rolling_back.HOLDER), "resume": True})
        elif holder.startswith(traffic.HOLDER):
            version, _, percent = holder.removeprefix(traffic.HOLDER).partition("=")
            self.share_traffic.send({"version": version, "percent": int(percent), "resume": True})
        else:
            return False
        return True
