"""Papers to file: the month-end pack as tables, as CSV and as PDF."""
