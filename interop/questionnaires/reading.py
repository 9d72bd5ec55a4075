"""Reading 离线问卷读数: what a questionnaire's workbook says, apart from the library that reads it. plan P3, P5."""

from pydantic import BaseModel

from domain.diagnosis.workbook import UnreadCell, WorkbookAnswer


class QuestionnaireReading(BaseModel):
    """What a workbook says 离线问卷读数. stamp, seal: of its hidden sheet as they stand there, empty where they do not."""

    stamp: str = ""
    seal: str = ""
    answers: dict[str, WorkbookAnswer] = {}
    unread: tuple[UnreadCell, ...] = ()
