/** How things are written: times in Shanghai, numbers with their separators. */

/** An instant in Shanghai time, as 2026-05-01 14:03. */
export function shanghai(instant: string | null | undefined): string {
  if (!instant) return "—";
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-CA", {
      timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    }).formatToParts(new Date(instant)).map((part) => [part.type, part.value]),
  );
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`;
}

/** An exact decimal with separators, to four places at most; the server's digits are never recomputed. */
export function decimal(value: string | number | null | undefined, places = 4): string {
  if (value === null || value === undefined || value === "") return "—";
  const [whole = "0", fraction = ""] = String(value).split(".");
  const shown = fraction.slice(0, places).replace(/0+$/, "");
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",") + (shown ? `.${shown}` : "");
}

export const share = (part: number, whole: number): string => (whole ? `${((100 * part) / whole).toFixed(1)} %` : "—");

/** Fen as yuan with separators, exactly: the last two digits are fen. */
export function yuan(fen: string | number | null | undefined): string {
  if (fen === null || fen === undefined) return "—";
  const digits = String(fen).split(".")[0]?.padStart(3, "0") ?? "";
  const rest = digits.slice(-2);
  return digits.slice(0, -2).replace(/\B(?=(\d{3})+(?!\d))/g, ",") + (rest === "00" ? "" : `.${rest}`);
}

/** Yuan as a person writes them, in fen, exactly: the API takes no others. */
export function fen(given: string | null): string | null {
  if (given === null) return null;
  const [whole = "0", fraction = ""] = String(given).split(".");
  return String(BigInt(whole + fraction.slice(0, 2).padEnd(2, "0")));
}
