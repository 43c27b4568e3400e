"""Fixed-time plans: what a good one is, and how to find it; arithmetic without files or SUMO."""
