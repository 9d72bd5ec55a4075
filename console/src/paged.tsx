import { Button, Empty, Space, Table, type TableColumnsType, Typography } from "antd";
import { useRef, useState } from "react";

import { useWords } from "./language";
import { save, shownIn } from "./sheet";

export interface Paging {
  first: number | null;
  after: string | null;
  last: number | null;
  before: string | null;
}

const START = (size: number): Paging => ({ first: size, after: null, last: null, before: null });

/** Where a list stands; it begins anew whenever what is asked of it changes. */
export function usePaging(asked: string, size = 20) {
  const [state, set] = useState({ asked, paging: START(size) });
  const paging = state.asked === asked ? state.paging : START(size);
  return { paging, set: (next: Paging) => set({ asked, paging: next }), size };
}

interface Connection<R> {
  nodes: R[];
  totalCount?: number | null;
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor?: string | null; endCursor?: string | null };
}

/** A page of a list as a table, with the way to the next and the previous one, and the page as a sheet. */
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
  const words = useWords();
  const part = useRef<HTMLDivElement>(null);
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
      <Pager connection={connection} paging={paging} />
      {connection.nodes.length > 0 && <Button style={{ marginInlineStart: 8 }} onClick={() => part.current && save(`${given.caption}.csv`, shownIn(part.current), "text/csv")}>{words.exportPage}</Button>}
    </div>
  );
}

/** How many there are, and the way to the next and the previous page. */
export function Pager({ connection: { totalCount, pageInfo }, paging }: { connection: Omit<Connection<unknown>, "nodes">; paging: Pick<ReturnType<typeof usePaging>, "set" | "size"> }) {
  const words = useWords();
  return (
    <Space style={{ marginTop: 12 }} wrap>
      {typeof totalCount === "number" && <Typography.Text type="secondary">{words.total(totalCount)}</Typography.Text>}
      <Button disabled={!pageInfo.hasPreviousPage} onClick={() => paging.set({ first: null, after: null, last: paging.size, before: pageInfo.startCursor ?? null })}>{words.back}</Button>
      <Button disabled={!pageInfo.hasNextPage} onClick={() => paging.set({ first: paging.size, after: pageInfo.endCursor ?? null, last: null, before: null })}>{words.more}</Button>
    </Space>
  );
}
