"""The report of an experiment: one page, its words, tables and figures."""
