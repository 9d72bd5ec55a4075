import { Button, Empty, Input, Pagination, Select } from "antd";
import { Fragment, type ReactNode, useState } from "react";

import { spoken, useWords } from "./language";
import { compared, save, sheetOf } from "./sheet";

/** A heading of a list that is no table, and what a row has under it. */
export interface SheetColumn<R> {
  title: string;
  text: (row: R) => string;
}

const PAGE = 20;
const useTexts = spoken(
  { order: "排序", asStated: "默认顺序", up: (heading: string) => `${heading}，由小到大`, down: (heading: string) => `${heading}，由大到小`, narrow: "筛选", none: "没有符合筛选的条目，可改换或清空筛选的文字。" },
  { order: "Order", asStated: "As listed", up: (heading: string) => `${heading}, ascending`, down: (heading: string) => `${heading}, descending`, narrow: "Narrow the list", none: "Nothing in the list has this text; change it or clear it." },
);

/** A list that is no table, whose rows are all there: ordered by whichever heading is chosen, narrowed to rows that have a text, a part at a time where it is long, and kept whole as a sheet. */
export function SheetList<R>({ caption, rows, columns, rowKey, empty, render }: { caption: string; rows: readonly R[]; columns: SheetColumn<R>[]; rowKey: (row: R) => string; empty: ReactNode; render: (row: R) => ReactNode }) {
  const words = useWords();
  const texts = useTexts();
  const [order, setOrder] = useState("");
  const [wanted, setWanted] = useState("");
  const [page, setPage] = useState(1);
  const told = (row: R) => columns.map((one) => one.text(row));
  const narrowed = wanted.trim() ? rows.filter((row) => told(row).some((text) => text.toLowerCase().includes(wanted.trim().toLowerCase()))) : rows;
  const [at, turned] = [Number(order.split(" ")[0]), order.endsWith("down") ? -1 : 1];
  const by = order ? columns[at] : undefined;
  const ordered = by ? narrowed.toSorted((one, other) => turned * compared(by.text(one), by.text(other))) : narrowed;
  const current = Math.min(page, Math.ceil(ordered.length / PAGE) || 1); // there are fewer once the list is narrowed
  const shown = ordered.slice((current - 1) * PAGE, current * PAGE);
  if (!rows.length) return typeof empty === "string" ? <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} /> : empty;
  return (
    <section aria-label={caption} style={{ marginBottom: 16 }}>
      {rows.length > 1 && (
        <div className="bar">
          <Input allowClear className="grow" aria-label={`${texts.narrow} ${caption}`} placeholder={texts.narrow} value={wanted} onChange={(event) => setWanted(event.target.value)} style={{ maxWidth: 280 }} />
          <Select aria-label={`${texts.order} ${caption}`} value={order} onChange={setOrder} style={{ minWidth: 200 }} options={[{ value: "", label: texts.asStated }, ...columns.flatMap((one, place) => [{ value: `${place} up`, label: texts.up(one.title) }, { value: `${place} down`, label: texts.down(one.title) }])]} />
        </div>
      )}
      {shown.map((row) => <Fragment key={rowKey(row)}>{render(row)}</Fragment>)}
      {!shown.length && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={texts.none} />}
      {ordered.length > PAGE && <Pagination size="small" current={current} pageSize={PAGE} total={ordered.length} onChange={setPage} showSizeChanger={false} style={{ margin: "8px 0" }} />}
      <Button size="small" style={{ marginTop: 8 }} aria-label={`${words.exportList} ${caption}`} onClick={() => save(`${caption}.csv`, sheetOf(columns.map((one) => one.title), ordered.map(told)), "text/csv")}>{words.exportList}</Button>
    </section>
  );
}
