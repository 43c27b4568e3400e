"""The fixed benchmark: frozen cases, kept results, a table against the peers, a leaderboard."""
