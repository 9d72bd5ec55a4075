"""Upload sweeping 清理上传文件: what units sent and nobody cites is removed, and what is kept of returned rosters. plan P5.

It is looked for once an hour. Whether a file is cited the journal alone says. Where it does not fit what the log has signed,
nothing is removed: an older journal that was put in place of the newer knows nothing of what that one cited.
"""

import logging
import threading
from contextlib import AbstractContextManager

from api.kit.services import Services
from journal.cited_files import CitedFiles
from journal.transparency.transparency_log import SigningRefused, TransparencyLog
from zhenduan.accounts.uncited_uploads import UncitedUploads
from zhenduan.background.intervals import at_intervals

SECONDS = 3_600.0

log = logging.getLogger(__name__)


def sweeping(
    uncited: UncitedUploads, services: Services, transparency: TransparencyLog, seconds: float = SECONDS
) -> AbstractContextManager[None]:
    """Remove what nobody cites while the block lasts, looking at an interval."""
    cited = CitedFiles(services.journal, services.clock)

    def sweep(stop: threading.Event) -> None:
        try:
            transparency.checkpoint()
        except SigningRefused as refused:
            log.warning("未清理上传文件 no upload was removed: %s", refused)
            return
        if cited.read(stop):
            expired = uncited.expire(cited.among)
            removed = uncited.remove(cited.among) + uncited.remove_made(cited.no_longer())
            if expired or removed:
                log.info("未引用的上传文件 uploads that nobody cites: %d may be cited no more, %d removed", expired, removed)

    return at_intervals(sweep, seconds, name="uploads", failing="未能清理上传文件 uploads could not be swept")
