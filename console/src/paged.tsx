import { Button, Empty, Space, Table, type TableColumnsType, Typography } from "antd";
import { Fragment, type ReactNode, useEffect, useRef, useState } from "react";

import { useWords } from "./language";
import { save, sheetOf, shownIn } from "./sheet";
import type { SheetColumn } from "./sheet-list";

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

/** Goes through the pages of a list from its first to its last as they are shown, then keeps all their rows as one sheet. Nothing is kept of a list that was not read to its end. */
function useWholeList<R>(shown: () => Sheet | undefined, connection: Connection<R>, paging: Turned, caption: string) {
  const [running, run] = useState(false);
  const pages = useRef(new Map<string, string[][]>());
  useEffect(() => {
    const sheet = running ? shown() : undefined;
    if (!sheet) return;
    const { hasPreviousPage, hasNextPage, endCursor } = connection.pageInfo;
    if (!hasPreviousPage) pages.current.clear(); // the first page: also where what is asked of the list changed meanwhile
    else if (pages.current.size === 0) return; // the page that stood there when it was asked for
    const { headings, rows } = sheet;
    pages.current.set(endCursor ?? "", rows);
    if (hasNextPage) {
      paging.set({ first: paging.largest, after: endCursor ?? null, last: null, before: null });
    } else {
      save(`${caption}.csv`, sheetOf(headings, [...pages.current.values()].flat()), "text/csv");
      pages.current.clear();
      run(false);
      paging.set(START(paging.size));
    }
  }, [running, connection]);
  const read = [...pages.current.values()].reduce((all, rows) => all + rows.length, 0);
  const toggle = () => {
    pages.current.clear();
    if (!running && connection.pageInfo.hasPreviousPage) paging.set(START(paging.size));
    run(!running);
  };
  return { running, read, toggle };
}

/** A page of a list as a table, with the way to the next and the previous one, and the page or the whole list as a sheet. */
export function PagedTable<R extends object>(given: {
  connection: Connection<R>;
  columns: TableColumnsType<R>;
  paging: ReturnType<typeof usePaging>;
  rowKey: (row: R) => string;
  empty: string;
  caption: string;
  fetching?: boolean;
}) {
  const { connection, paging } = given;
  const part = useRef<HTMLDivElement>(null);
  const shown = () => (part.current ? shownIn(part.current) : undefined);
  return (
    <div ref={part}>
      <Table<R>
        size="middle"
        columns={given.columns}
        dataSource={connection.nodes}
        rowKey={given.rowKey}
        pagination={false}
        loading={given.fetching}
        scroll={{ x: "max-content" }}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={given.empty} /> }}
        aria-label={given.caption}
      />
      <Exports shown={shown} connection={connection} paging={paging} caption={given.caption} />
    </div>
  );
}

/** A page of a list that is no table, with the way to the next and the previous one, and the page or the whole list as a sheet. */
export function PagedList<R>(given: { connection: Connection<R>; paging: Turned; columns: SheetColumn<R>[]; rowKey: (row: R) => string; empty: string; caption: string; render: (row: R) => ReactNode }) {
  const { connection: { nodes }, columns } = given;
  if (!nodes.length) return <Empty description={given.empty} />;
  return (
    <>
      {nodes.map((row) => <Fragment key={given.rowKey(row)}>{given.render(row)}</Fragment>)}
      <Exports shown={() => ({ headings: columns.map((one) => one.title), rows: nodes.map((row) => columns.map((one) => one.text(row))) })} connection={given.connection} paging={given.paging} caption={given.caption} />
    </>
  );
}

/** The way to the other pages, and what is shown or the whole list as a sheet. */
function Exports<R>({ shown, connection, paging, caption }: { shown: () => Sheet | undefined; connection: Connection<R>; paging: Turned; caption: string }) {
  const words = useWords();
  const whole = useWholeList(shown, connection, paging, caption);
  const exportPage = () => {
    const sheet = shown();
    if (sheet) save(`${caption}.csv`, sheetOf(sheet.headings, sheet.rows), "text/csv");
  };
  return (
    <>
      <Pager connection={connection} paging={paging} />
      {connection.nodes.length > 0 && <Button style={{ marginInlineStart: 8 }} disabled={whole.running} onClick={exportPage}>{words.exportPage}</Button>}
      {(whole.running || connection.pageInfo.hasPreviousPage || connection.pageInfo.hasNextPage) && <Button style={{ marginInlineStart: 8 }} onClick={whole.toggle}>{whole.running ? words.exportStop(whole.read) : words.exportAll}</Button>}
    </>
  );
}

/** How many there are, and the way to the next and the previous page. */
function Pager({ connection: { totalCount, pageInfo }, paging }: { connection: Omit<Connection<unknown>, "nodes">; paging: Pick<ReturnType<typeof usePaging>, "set" | "size"> }) {
  const words = useWords();
  return (
    <Space style={{ marginTop: 12 }} wrap>
      {typeof totalCount === "number" && <Typography.Text type="secondary">{words.total(totalCount)}</Typography.Text>}
      <Button disabled={!pageInfo.hasPreviousPage} onClick={() => paging.set({ first: null, after: null, last: paging.size, before: pageInfo.startCursor ?? null })}>{words.back}</Button>
      <Button disabled={!pageInfo.hasNextPage} onClick={() => paging.set({ first: paging.size, after: pageInfo.endCursor ?? null, last: null, before: null })}>{words.more}</Button>
    </Space>
  );
}
