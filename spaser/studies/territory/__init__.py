"""A territory: the panorama of its ESS, and the demand of its buyers against it."""

from spaser.studies.territory.panorama import Territory, findings, report, summary, territory, write
from spaser.studies.territory.panorama import territory as study

__all__ = ["Territory", "findings", "report", "study", "summary", "territory", "write"]
