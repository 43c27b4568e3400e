"""The attainable bound: how much there was to gain at the signals, and what each arm made of it."""
