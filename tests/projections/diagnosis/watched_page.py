"""A page set as ever, in a process of its own 观察取用: and each address that it fetched on the way."""

import json
from typing import Any

from projections.report import pdf

LENGTH_BYTES = 4


def pdf_bytes(html: str, style: str = "") -> bytes:
    """Length of the list of addresses, the list, the PDF. What a page's process changes for its own sake stays in that process."""
    fetched: list[str] = []
    fetch = pdf.OwnFonts.fetch

    def watched(self: pdf.OwnFonts, url: str, headers: dict[str, str] | None = None) -> Any:
        fetched.append(url)
        return fetch(self, url, headers)

    pdf.OwnFonts.fetch = watched  # type: ignore[method-assign] # this process ends with the call
    made = pdf.pdf_bytes(html, style)
    told = json.dumps(fetched).encode()
    return len(told).to_bytes(LENGTH_BYTES) + told + made


def apart(returned: bytes) -> tuple[list[str], bytes]:
    """The addresses, and the PDF."""
    end = LENGTH_BYTES + int.from_bytes(returned[:LENGTH_BYTES])
    return json.loads(returned[LENGTH_BYTES:end]), returned[end:]
