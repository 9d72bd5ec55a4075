import { Button, Empty, Grid, Input, Table, type TableProps } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { spoken, useWords } from "./language";
import { compared, save, sheetOf, shownIn, textOf } from "./sheet";

const PAGE = 50;
/** A table of no more rows is seen at a glance. */
const AT_A_GLANCE = 8;

type Column<R> = NonNullable<TableProps<R>["columns"]>[number] & { dataIndex?: unknown; render?: (value: never, row: R, at: number) => unknown };

/** What a row has under a heading, as text. */
function cellOf<R extends object>(column: Column<R>, row: R): string {
  const value = typeof column.dataIndex === "string" ? (row as Record<string, unknown>)[column.dataIndex] : undefined;
  return textOf((column.render ? column.render(value as never, row, 0) : value) as ReactNode);
}

const useTexts = spoken(
  { narrow: "筛选", none: "没有符合筛选的行，可改换或清空筛选的文字。" },
  { narrow: "Narrow the table", none: "No row has this text; change it or clear it." },
);

/** Headings by which a table is ordered: of each column in which some row has a text. */
export function useOrdered<R extends object>(columns: NonNullable<TableProps<R>["columns"]>, rows: readonly R[]): NonNullable<TableProps<R>["columns"]> {
  if (rows.length < 2) return columns;
  return columns.map((one) => {
    const column = one as Column<R>;
    const said = one.title && !("sorter" in one) && rows.some((row) => cellOf(column, row));
    return said ? { ...one, showSorterTooltip: false, sorter: (a: R, b: R) => compared(cellOf(column, a), cellOf(column, b)) } : one;
  });
}

/** On a phone the first of several columns stays where it is, beside whichever others are looked at. */
export function useHeld<R extends object>(columns: NonNullable<TableProps<R>["columns"]>): NonNullable<TableProps<R>["columns"]> {
  const phone = Grid.useBreakpoint().sm === false;
  return phone && columns.length > 2 ? columns.map((one, at) => (at ? one : { ...one, fixed: "start" })) : columns;
}

/** The rows that have a text in any column, and the field in which it is typed where there are more rows than are seen at a glance; what is said where none has it. */
export function useNarrowed<R extends object>(columns: NonNullable<TableProps<R>["columns"]>, rows: readonly R[], caption: string) {
  const texts = useTexts();
  const [wanted, setWanted] = useState("");
  const long = rows.length > AT_A_GLANCE;
  const sought = long ? wanted.trim().toLowerCase() : "";
  const found = sought ? rows.filter((row) => columns.some((one) => cellOf(one as Column<R>, row).toLowerCase().includes(sought))) : rows;
  const field = long && <Input allowClear aria-label={`${texts.narrow} ${caption}`} placeholder={texts.narrow} value={wanted} onChange={(event) => setWanted(event.target.value)} style={{ maxWidth: 280, marginBottom: 8 }} />;
  return { rows: [...found], field, none: sought && !found.length ? texts.none : undefined };
}

/** A table whose rows are all there: ordered by whichever heading is chosen, narrowed to rows that have a text, a part at a time where it is long, and kept whole as a sheet. */
export function SheetTable<R extends object>({ caption, columns = [], empty, style, ...given }: Omit<TableProps<R>, "aria-label" | "pagination" | "title"> & { caption: string; empty?: string }) {
  const words = useWords();
  const part = useRef<HTMLDivElement>(null);
  const [whole, setWhole] = useState(false);
  const rows = given.dataSource ?? [];
  const narrowed = useNarrowed(columns, rows, caption);
  const ordered = useHeld(useOrdered(columns, rows));
  useEffect(() => {
    if (!whole || !part.current) return;
    const { headings, rows } = shownIn(part.current);
    save(`${caption}.csv`, sheetOf(headings, rows), "text/csv");
    setWhole(false);
  }, [whole, caption]);
  const none = narrowed.none ?? empty;
  return (
    <div ref={part} style={{ marginBottom: 16, ...style }}>
      {narrowed.field}
      <Table<R>
        size="small"
        scroll={{ x: "max-content" }}
        locale={none === undefined ? undefined : { emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={none} /> }}
        {...given}
        dataSource={narrowed.rows}
        aria-label={caption}
        columns={ordered}
        pagination={!whole && narrowed.rows.length > PAGE && { pageSize: PAGE, showSizeChanger: false }}
      />
      {rows.length > 0 && <Button size="small" style={{ marginTop: 8 }} aria-label={`${words.exportTable} ${caption}`} onClick={() => setWhole(true)}>{words.exportTable}</Button>}
    </div>
  );
}
