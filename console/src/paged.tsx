import { Button, Empty, Space, Table, type TableColumnsType, Typography } from "antd";
import { Fragment, type ReactNode, useEffect, useRef, useState } from "react";

import { useWords } from "./language";
import { save, sheetOf, shownIn } from "./sheet";
import { type SheetColumn, SheetList } from "./sheet-list";
import { SheetTable, useHeld, useNarrowed, useOrdered } from "./sheet-table";

export interface Paging {
  first: number | null;
  after: string | null;
  last: number | null;
  before: string | null;
}

const START = (size: number): Paging => ({ first: size, after: null, last: null, before: null });

/** Where a list stands; it begins anew whenever what is asked of it changes. While it is read whole its pages are as large as the contract allows. */
export function usePaging(asked: string, size = 20, largest = 100) {
  const [state, set] = useState({ asked, paging: START(size) });
  const paging = state.asked === asked ? state.paging : START(size);
  return { paging, set: (next: Paging) => set({ asked, paging: next }), size, largest };
}

interface Connection<R> {
  nodes: R[];
  totalCount?: number | null;
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor?: string | null; endCursor?: string | null };
}

type Sheet = { headings: string[]; rows: string[][] };
type Turned = Pick<ReturnType<typeof usePaging>, "set" | "size" | "largest">;
type Read<R> = { nodes: R[]; rows: string[][] };

/** Of more rows than these a list is narrowed first, by what the server looks for. */
const MOST_IN_ALL = 2_000;
const manyPages = <R,>({ pageInfo }: Connection<R>) => pageInfo.hasPreviousPage || pageInfo.hasNextPage;

/** Goes through the pages of a list from its first to its last as they are shown; then all of it is kept as one sheet, or shown to be ordered and narrowed. Nothing is done with a list that was not read to its end. */
function useWholeList<R>(shown: () => Sheet | undefined, connection: Connection<R>, paging: Turned, caption: string) {
  const [running, run] = useState<"sheet" | "list">();
  const [whole, keep] = useState<{ rows: R[]; of: Connection<R> }>();
  const pages = useRef(new Map<string, Read<R>>());
  useEffect(() => {
    if (whole && whole.of !== connection) {
      keep(undefined); // it changed, or something else is asked of it
      if (connection.pageInfo.hasPreviousPage) paging.set(START(paging.size));
    }
    const sheet = running ? shown() : undefined;
    if (!sheet) return;
    const { hasPreviousPage, hasNextPage, endCursor } = connection.pageInfo;
    if (!hasPreviousPage) pages.current.clear(); // the first page: also where what is asked of the list changed meanwhile
    else if (pages.current.size === 0) return; // the page that stood there when it was asked for
    pages.current.set(endCursor ?? "", { nodes: connection.nodes, rows: sheet.rows });
    if (hasNextPage) {
      paging.set({ first: paging.largest, after: endCursor ?? null, last: null, before: null });
    } else {
      const read = [...pages.current.values()];
      pages.current.clear();
      run(undefined);
      if (running === "list") return keep({ rows: read.flatMap((page) => page.nodes), of: connection });
      save(`${caption}.csv`, sheetOf(sheet.headings, read.flatMap((page) => page.rows)), "text/csv");
      paging.set(START(paging.size));
    }
  }, [running, connection]);
  const read = [...pages.current.values()].reduce((all, page) => all + page.nodes.length, 0);
  const start = (what: "sheet" | "list") => {
    pages.current.clear();
    if (!running && connection.pageInfo.hasPreviousPage) paging.set(START(paging.size));
    run(running ? undefined : what);
  };
  const leave = () => {
    keep(undefined);
    paging.set(START(paging.size));
  };
  return { running, read, start, leave, rows: whole?.of === connection ? whole.rows : undefined };
}

/** A page of a list as a table, with the way to the next and the previous one, and the page or the whole list as a sheet. Where all rows are there, or once they are read, they are ordered by whichever heading is chosen and narrowed by their text. byPage: why rows of several pages are not put together. */
export function PagedTable<R extends object>(given: {
  connection: Connection<R>;
  columns: TableColumnsType<R>;
  paging: ReturnType<typeof usePaging>;
  rowKey: (row: R) => string;
  empty: string;
  caption: string;
  fetching?: boolean;
  byPage?: string;
}) {
  const { connection, paging, caption, columns } = given;
  const words = useWords();
  const part = useRef<HTMLDivElement>(null);
  const shown = () => (part.current ? shownIn(part.current) : undefined);
  const whole = useWholeList(shown, connection, paging, caption);
  const complete = !manyPages(connection);
  const narrowed = useNarrowed(columns, connection.nodes, caption);
  const ordered = useOrdered(columns, connection.nodes);
  const held = useHeld(complete ? ordered : columns);
  if (whole.rows) {
    return (
      <>
        <SheetTable<R> size="middle" caption={caption} columns={columns} dataSource={whole.rows} rowKey={given.rowKey} style={{ marginBottom: 8 }} />
        <Button onClick={whole.leave}>{words.byPages}</Button>
      </>
    );
  }
  return (
    <div ref={part}>
      {complete && narrowed.field}
      <Table<R>
        size="middle"
        columns={held}
        dataSource={complete ? narrowed.rows : connection.nodes}
        rowKey={given.rowKey}
        pagination={false}
        loading={given.fetching}
        scroll={{ x: "max-content" }}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={narrowed.none ?? given.empty} /> }}
        aria-label={caption}
      />
      <Exports shown={shown} whole={whole} connection={connection} paging={paging} caption={caption} byPage={given.byPage} />
    </div>
  );
}

/** A page of a list that is no table, likewise. */
export function PagedList<R>(given: { connection: Connection<R>; paging: Turned; columns: SheetColumn<R>[]; rowKey: (row: R) => string; empty: ReactNode; caption: string; render: (row: R) => ReactNode }) {
  const { connection, columns, caption } = given;
  const words = useWords();
  const shown = () => ({ headings: columns.map((one) => one.title), rows: connection.nodes.map((row) => columns.map((one) => one.text(row))) });
  const whole = useWholeList(shown, connection, given.paging, caption);
  if (!connection.nodes.length) return typeof given.empty === "string" ? <Empty description={given.empty} /> : given.empty;
  if (whole.rows || !manyPages(connection)) {
    return (
      <>
        <SheetList caption={caption} rows={whole.rows ?? connection.nodes} columns={columns} rowKey={given.rowKey} empty={given.empty} render={given.render} />
        {whole.rows && <Button onClick={whole.leave}>{words.byPages}</Button>}
      </>
    );
  }
  return (
    <>
      {connection.nodes.map((row) => <Fragment key={given.rowKey(row)}>{given.render(row)}</Fragment>)}
      <Exports shown={shown} whole={whole} connection={connection} paging={given.paging} caption={caption} />
    </>
  );
}

/** The way to the other pages, to all of them at once, and what is shown or the whole list as a sheet. */
function Exports<R>({ shown, whole, connection, paging, caption, byPage }: { shown: () => Sheet | undefined; whole: ReturnType<typeof useWholeList<R>>; connection: Connection<R>; paging: Turned; caption: string; byPage?: string }) {
  const words = useWords();
  const exportPage = () => {
    const sheet = shown();
    if (sheet) save(`${caption}.csv`, sheetOf(sheet.headings, sheet.rows), "text/csv");
  };
  const readable = byPage === undefined && (connection.totalCount ?? 0) <= MOST_IN_ALL;
  return (
    <Space style={{ marginTop: 12 }} wrap>
      <Pager connection={connection} paging={paging} />
      {connection.nodes.length > 0 && <Button disabled={whole.running !== undefined} onClick={exportPage}>{words.exportPage}</Button>}
      {whole.running ? (
        <Button onClick={() => whole.start("sheet")}>{words.exportStop(whole.read)}</Button>
      ) : manyPages(connection) && (
        <>
          <Button onClick={() => whole.start("sheet")}>{words.exportAll}</Button>
          {readable && <Button onClick={() => whole.start("list")}>{words.orderAll}</Button>}
        </>
      )}
    </Space>
  );
}

/** How many there are, and the way to the next and the previous page. */
function Pager({ connection: { totalCount, pageInfo }, paging }: { connection: Omit<Connection<unknown>, "nodes">; paging: Pick<ReturnType<typeof usePaging>, "set" | "size"> }) {
  const words = useWords();
  return (
    <Space wrap>
      {typeof totalCount === "number" && <Typography.Text type="secondary">{words.total(totalCount)}</Typography.Text>}
      <Button disabled={!pageInfo.hasPreviousPage} onClick={() => paging.set({ first: null, after: null, last: paging.size, before: pageInfo.startCursor ?? null })}>{words.back}</Button>
      <Button disabled={!pageInfo.hasNextPage} onClick={() => paging.set({ first: paging.size, after: pageInfo.endCursor ?? null, last: null, before: null })}>{words.more}</Button>
    </Space>
  );
}
