"""What a saving is worth as a claim: the report for measuring, reporting and verification."""
