"""Readings 读数: what a questionnaire's workbook or a tablet's form says, apart from what reads it. plan P3, P5."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from domain.diagnosis.state import VerifiedAnswer
from domain.diagnosis.submission import MissingFile
from domain.diagnosis.workbook import UnreadCell, WorkbookAnswer


class QuestionnaireReading(BaseModel):
    """What a workbook says 离线问卷读数. stamp, seal: of its hidden sheet as they stand there, empty where they do not."""

    stamp: str = ""
    seal: str = ""
    answers: dict[str, WorkbookAnswer] = {}
    unread: tuple[UnreadCell, ...] = ()


class SubmissionReading(BaseModel):
    """What a submission says 现场核验数据读数. count: filled forms in the file. stamp, seal: empty where there is none.

    files: name of a photograph -> the indicators that it supports.
    """

    count: int
    instance: str = ""
    stamp: str = ""
    seal: str = ""
    findings: dict[str, VerifiedAnswer] = {}
    files: dict[str, list[str]] = {}
    unread: tuple[str, ...] = ()

    def missing(self, sent: Mapping[str, Any]) -> list[MissingFile]:
        """Photographs that did not come 缺失照片; sent: by file name."""
        return [
            MissingFile(indicator=indicator, filename=name)
            for name, indicators in self.files.items()
            if name not in sent
            for indicator in indicators
        ]
