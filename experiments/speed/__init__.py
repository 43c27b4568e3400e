"""What advice, recording and a ledger cost in time and memory, measured in pairs of runs."""
