"""Points for trips that followed advice: how many, for which, and that each is credited once."""

from experiments.credits.export import Issued, check_issued
from experiments.credits.issuing import issue_credits
from experiments.credits.registry import registry_file
from experiments.credits.rules import LABEL, Rules, load_rules

__all__ = [
    "LABEL",
    "Issued",
    "Rules",
    "check_issued",
    "issue_credits",
    "load_rules",
    "registry_file",
]
