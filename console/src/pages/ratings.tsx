import { Empty, InputNumber, Table, Tag } from "antd";
import { useState } from "react";

import { Shown, useAsk } from "../ask";
import { decimal } from "../format";
import { graphql } from "../gql";
import { useWords } from "../language";

const RATING = graphql(`
  query Rating($year: Int!) {
    rating(year: $year) {
      year status restsOn objectionsUntil method
      providers(first: 100) { nodes { provider { id name } tier lastTier rankBest rankWorst score reliability chances } }
    }
  }
`);

/** A year's rating: never a bare rank, and always what it rests on. */
export function Ratings() {
  const words = useWords();
  const [year, setYear] = useState(new Date().getFullYear() - 1);
  const answer = useAsk(RATING, { year });
  const w = words.ratings;
  return (
    <>
      <h1>{w.title}</h1>
      <div className="bar"><label>{words.fields.year} <InputNumber min={2023} max={2100} value={year} onChange={(value) => value && setYear(value)} /></label></div>
      <Shown answer={answer}>
        {({ rating }) =>
          rating ? (
            <>
              <p className="clause">{w.restsOn(`${decimal(Number(rating.restsOn) * 100)} %`)} {rating.objectionsUntil && w.objections(rating.objectionsUntil)}</p>
              <Table
                size="small"
                pagination={{ pageSize: 50, hideOnSinglePage: true }}
                rowKey={(one) => one.provider?.id ?? ""}
                dataSource={rating.providers.nodes}
                scroll={{ x: "max-content" }}
                columns={[
                  { title: words.fields.provider, render: (_, one) => one.provider?.name ?? "—" },
                  { title: w.tier, render: (_, one) => (one.tier ? <Tag color="#1252b3">{one.tier}</Tag> : "—") },
                  { title: w.rank, render: (_, one) => (one.rankBest ? `${one.rankBest}–${one.rankWorst}` : "—") },
                  { title: words.fields.total, align: "right", render: (_, one) => decimal(one.score) },
                  { title: w.reliability, align: "right", render: (_, one) => decimal(one.reliability) },
                  { title: w.chances, render: (_, one) => one.chances?.map((chance, place) => `${"ABCD"[place]} ${Math.round(Number(chance) * 100)} %`).join("，") ?? "—" },
                ]}
              />
            </>
          ) : (
            <Empty description={w.none} />
          )
        }
      </Shown>
    </>
  );
}
