"""What the events failed to say: asking the services, and moving runs on as the events would have."""

from marquee.reconciliation.bounds import Budget
from marquee.reconciliation.patience import Patience
from marquee.reconciliation.reconcile import Reconcile
from marquee.reconciliation.sweep import Sweep

__all__ = ["Budget", "Patience", "Reconcile", "Sweep"]
