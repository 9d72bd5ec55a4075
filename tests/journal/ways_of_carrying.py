"""What a file goes through on its way 传送途中: every way holds for every file that people carry."""

from collections.abc import Callable, Mapping

WAYS: Mapping[str, Callable[[bytes], bytes]] = {
    "byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "UTF-16, big end first": lambda raw: b"\xfe\xff" + raw.decode().encode("utf-16-be"),
    "UTF-16 without its mark": lambda raw: raw.decode().encode("utf-16-le"),
    "UTF-32": lambda raw: raw.decode().encode("utf-32"),
    "GB 18030": lambda raw: raw.decode().encode("gb18030"),
    "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
    "CR": lambda raw: raw.replace(b"\n", b"\r"),
    "no last line end": lambda raw: raw.rstrip(b"\n"),
    "more line ends": lambda raw: raw + b"\n\n",
    "a DOS end mark": lambda raw: raw + b"\x1a",
    "an editor's all at once": lambda raw: raw.decode().replace("\n", "\r\n").rstrip().encode("utf-16"),
}
"""What editors and mail do, by name."""
