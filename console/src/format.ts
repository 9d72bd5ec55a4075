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

