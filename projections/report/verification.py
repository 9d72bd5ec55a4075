"""Verification mark 核验标识: number and code on a report's cover, by which anyone learns whether the paper holds. plan P4, P7."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VerificationMark:
    """What a report bears for whoever holds the paper 核验标识. address: our public one, "" where none is set.

    check_code: stands beside the grade and not on the cover: who states it has read the page; None of a report without one.
    """

    number: str
    address: str
    check_code: str | None = None

    @property
    def check_code_said(self) -> str:
        """The code as it is printed and read out, in two halves 核验码."""
        code = self.check_code or ""
        return f"{code[:4]}-{code[4:]}" if code else ""

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
