"""Keeps the latest report of every diagnosis in a table of its own, each fact exactly once, whatever kills it.

JOURNAL_URL=sqlite:////srv/zhenduan/journal.db OWN=latest.db python latest_reports.py
"""

import os
import sqlite3
from collections.abc import Iterable

from eventsourcing.persistence import InfrastructureFactory, Notification
from eventsourcing.utils import Environment

from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.report import ReportIssued
from journal.codec import decode, stored_names

AT_ONCE = 2_000
TABLES = """
CREATE TABLE IF NOT EXISTS latest (diagnosis TEXT PRIMARY KEY, version INTEGER, total TEXT, grade INTEGER);
CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL);
"""
ADD = "INSERT INTO latest VALUES (?, ?, ?, ?) ON CONFLICT (diagnosis) DO UPDATE SET (version, total, grade) = (?2, ?3, ?4)"


def take(own: sqlite3.Connection, facts: Iterable[Notification]) -> None:
    """The rows that follow from some facts and the place of the last: one transaction, so both or neither."""
    with own:
        for fact in facts:
            report = decode(DIAGNOSES, fact.topic, fact.state)  # a former shape is read as today's
            if isinstance(report, ReportIssued):
                diagnosis = str(fact.originator_id).removeprefix("diagnosis/")
                own.execute(ADD, (diagnosis, report.version, str(report.total), report.grade))
            own.execute("INSERT INTO place VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET position = ?1", (fact.id,))


def follow() -> None:
    """Catch up by many at once, then take each as it comes."""
    asked = {"PERSISTENCE_MODULE": "journal.engines.eventsourcing_adapter", "JOURNAL_URL": os.environ["JOURNAL_URL"]}
    journal = InfrastructureFactory.construct(Environment("LatestReports", asked)).application_recorder()
    own = sqlite3.connect(os.environ["OWN"])
    own.executescript(TABLES)
    topics = sorted(stored_names([ReportIssued]))  # those of earlier versions too
    place = next(iter(own.execute("SELECT position FROM place")), (0,))[0]
    while facts := journal.select_notifications(place, AT_ONCE, topics=topics, inclusive_of_start=False):
        take(own, facts)
        place = facts[-1].id
    with journal.subscribe(gt=place, topics=topics) as coming:
        for fact in coming:
            take(own, [fact])


if __name__ == "__main__":
    follow()
