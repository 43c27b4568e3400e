"""Signals that are controlled from outside: what they can show, when they do, what is promised."""
