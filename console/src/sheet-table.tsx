import { Button, Empty, Table, type TableProps } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { useWords } from "./language";
import { compared, save, sheetOf, shownIn, textOf } from "./sheet";

const PAGE = 50;

type Column<R> = NonNullable<TableProps<R>["columns"]>[number] & { dataIndex?: unknown; render?: (value: never, row: R, at: number) => unknown };

/** What a row has under a heading, as text. */
function cellOf<R extends object>(column: Column<R>, row: R): string {
  const value = typeof column.dataIndex === "string" ? (row as Record<string, unknown>)[column.dataIndex] : undefined;
  return textOf((column.render ? column.render(value as never, row, 0) : value) as ReactNode);
}

/** A table whose rows are all there: ordered by whichever heading is chosen, a part at a time where it is long, and kept whole as a sheet. */
export function SheetTable<R extends object>({ caption, columns = [], empty, style, ...given }: Omit<TableProps<R>, "aria-label" | "pagination" | "title"> & { caption: string; empty?: string }) {
  const words = useWords();
  const part = useRef<HTMLDivElement>(null);
  const [whole, setWhole] = useState(false);
  const rows = given.dataSource ?? [];
  useEffect(() => {
    if (!whole || !part.current) return;
    const { headings, rows } = shownIn(part.current);
    save(`${caption}.csv`, sheetOf(headings, rows), "text/csv");
    setWhole(false);
  }, [whole, caption]);
  const ordered = columns.map((one) => (one.title && rows.length > 1 && !("sorter" in one) ? { ...one, showSorterTooltip: false, sorter: (a: R, b: R) => compared(cellOf(one as Column<R>, a), cellOf(one as Column<R>, b)) } : one));
  return (
    <div ref={part} style={{ marginBottom: 16, ...style }}>
      <Table<R>
        size="small"
        scroll={{ x: "max-content" }}
        locale={empty === undefined ? undefined : { emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} /> }}
        {...given}
        aria-label={caption}
        columns={ordered}
        pagination={!whole && rows.length > PAGE && { pageSize: PAGE, showSizeChanger: false }}
      />
      {rows.length > 0 && <Button size="small" style={{ marginTop: 8 }} aria-label={`${words.exportTable} ${caption}`} onClick={() => setWhole(true)}>{words.exportTable}</Button>}
    </div>
  );
}
