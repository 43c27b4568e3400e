"""Which packages are ours."""

PACKAGES = ("controller", "corridor", "emissions", "experiments", "sumo_nets")
"""What a run depends on; whatever else a policy imports is installed, or the user's own."""
