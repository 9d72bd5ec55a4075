"""Verification mark 核验标识: number and code on a report's cover, by which anyone learns whether the paper holds. plan P4, P7."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VerificationMark:
    """What a cover bears for whoever holds the paper 核验标识. address: our public one, "" where none is set."""

    number: str
    address: str

    @property
    def target(self) -> str:
        """What the code says: the page that verifies the number, or the number alone where we have no public address."""
        return f"{self.address}/verify/{self.number}" if self.address else self.number

    @property
    def code(self) -> str:
        """The code as a drawing within the page 二维码; a quarter of it may be soiled and it is read still."""
        import segno  # noqa: PLC0415 - a third of a second, which a start that prints nothing does not pay

        code = segno.make(self.target, error="q", micro=False)
        return str(code.svg_inline(border=0, omitsize=True, lineclass=None, svgclass="code"))
