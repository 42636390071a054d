"""Studies: where the rooms meet. Each is composed (study), told (findings, report) and written (handover)."""
