"""Uploaded files · 已上传文件: what a command may cite of what its sender's organisation has sent. plan P5."""

from typing import Any

from api.kit.context import Context
from api.kit.ports import Upload
from domain.kernel import Rule

FILE_NOT_RECEIVED = Rule(
    "FILE_NOT_RECEIVED",
    "plan P5",
    "没有本单位上传的散列为 {sha256} 的文件（上传后七日内未引用的已清理），请上传",
    "There is no file with hash {sha256} of your organisation's (what is not cited within seven days is removed); upload it",
)


def uploaded(context: Context, sha256: str, path: str = "sha256") -> Upload:
    """The file of a hash that the caller's organisation has sent. path: of the hash in the input.

    Raises:
        Refused: FILE_NOT_RECEIVED, also for anyone else's file.
    """
    found = context.services.uploads.find(context.caller, sha256)
    if found is None:
        raise FILE_NOT_RECEIVED.refuse(path=path, sha256=sha256)
    return found


def named_by_upload(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """What a command says of the file that its `sha256` names, as it was sent 文件名、类型与大小.

    Raises:
        Refused: FILE_NOT_RECEIVED.
    """
    upload = uploaded(context, data["sha256"])
    return {**data, "filename": upload.filename, "media_type": upload.media_type, "size": upload.size}


def content_of(context: Context, upload: Upload) -> bytes:
    """The bytes of a file that was sent.

    Raises:
        Refused: FILE_NOT_RECEIVED, where they are not there any more.
    """
    content = context.services.blobs.get(upload.sha256)
    if content is None:
        raise FILE_NOT_RECEIVED.refuse(path="sha256", sha256=upload.sha256)
    return content
