"""Fixed-time plans of a whole scenario, optimised on CO2 and delay."""
