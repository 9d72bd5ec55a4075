"""Processes of tests' own, begun from one that has loaded what they run.

A worker has one such process, which loads what was named last before it began: all are named in one place, or those of another
file load everything anew, ten seconds each.
"""

import multiprocessing

FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(["tests.journal.writers", "tests.torture.victim", "tests.torture.answering"])
