"""Settings of the identity provider 身份提供方设置: who it is, and who we are to it; loads nothing that talks to it. plan P7."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class TokenRefused(Exception):  # noqa: N818 - an answer, not a fault
    """A token or code that is not believed 令牌不可信; the reason is for the log, never for the caller."""


@dataclass(frozen=True)
class ProviderSettings:
    """The provider and who we are to it 身份提供方设置.

    issuer: its address, exactly as tokens name it. client: our id there, which is the audience of every token. secret: of
    a confidential client, empty for a public one. home: our own public address, which /callback hangs from.
    """

    issuer: str
    client: str
    home: str
    secret: str = field(default="", repr=False)

    @property
    def callback(self) -> str:
        """Where the provider sends the browser back to."""
        return self.home.rstrip("/") + "/callback"


def is_safe_address(address: str) -> bool:
    """Whether an address may carry keys and codes: TLS, or this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
