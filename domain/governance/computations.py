"""Computations 后台计算: what every command says that records one, whatever was computed. plan V5, I1.

The program reads the facts, computes in a process of its own, and records the result under its own name.
"""

from typing import ClassVar

from domain.command_rights import BY_THE_PROGRAM
from domain.kernel import Command, Count, Label, Sha256


class RecordComputation(Command):
    """Record what a computation came to, and what it was made from 记录计算结果.

    method: id and version. position: of the journal, up to which facts were looked at. input_digest: SHA-256 of what went in.
    """

    roles: ClassVar = BY_THE_PROGRAM

    method: Label
    position: Count
    input_digest: Sha256
