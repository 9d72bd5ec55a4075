/** What stands in a list as a sheet, and keeping a text as a file. */

import type { ReactNode } from "react";

/** A cell that a spreadsheet would take for a formula is told to be text: names and reasons are what people typed. */
const cell = (text: string) => {
  const plain = text.replaceAll(/\s+/g, " ").trim();
  const safe = /^[=+\-@＝＋－＠]/.test(plain) && !/^[+-]?[\d,.]+( ?%)?$/.test(plain) ? `'${plain}` : plain;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** Rows as comma-separated values, with the mark by which a spreadsheet reads Chinese. A column without a heading holds what may be done, not what is so. */
export function sheetOf(headings: string[], rows: string[][]): string {
  const kept = headings.flatMap((heading, at) => (heading.trim() ? [at] : []));
  return `\uFEFF${[headings, ...rows].map((row) => kept.map((at) => cell(row[at] ?? "")).join(",")).join("\r\n")}\r\n`;
}

/** The text of what stands in a cell, however it is dressed. */
export function textOf(shown: ReactNode): string {
  if (shown === null || shown === undefined || typeof shown === "boolean") return "";
  if (Array.isArray(shown)) return shown.map(textOf).join("");
  if (typeof shown === "object") return "props" in shown ? textOf((shown as { props: { children?: ReactNode } }).props.children) : "";
  return String(shown);
}

const numberOf = (text: string) => (/^[-+]?[\d,]+(\.\d+)?( ?%)?$/.test(text) ? Number(text.replace(/[,% ]/g, "")) : undefined);

/** Two cells in their order: numbers by their size, texts as a dictionary has them. */
export function compared(one: string, other: string): number {
  const [a, b] = [numberOf(one), numberOf(other)];
  return a !== undefined && b !== undefined ? a - b : one.localeCompare(other, "zh-Hans-CN", { numeric: true });
}

/** The headings and the rows of a table as it is shown. */
export function shownIn(part: HTMLElement): { headings: string[]; rows: string[][] } {
  const texts = (row: Element) => [...row.children].map((one) => (one as HTMLElement).innerText);
  const [heading] = part.querySelectorAll("thead tr");
  return { headings: heading ? texts(heading) : [], rows: [...part.querySelectorAll("tbody tr.ant-table-row")].map(texts) };
}

export function save(name: string, text: string, type = "text/plain"): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
