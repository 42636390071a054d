"""The deliverables: one model of a report (``report``), written in several forms."""
