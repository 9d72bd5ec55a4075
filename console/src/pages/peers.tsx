import { Table } from "antd";

import { Shown, useAsk } from "../ask";
import { graphql } from "../gql";
import { PeerBasisNames, SizeClassNames } from "../gql/enum-names";
import type { PeersQuery } from "../gql/graphql";
import { spoken, useNames } from "../language";
import { usePlaces } from "../places";

const PEERS = graphql(`
  query Peers($id: ID!) {
    peerStanding(diagnosis: $id) {
      basis year industry { code name nameInEnglish } sizeClass firmsAtLeast ownersAtLeast mark
      total { fromPercent toPercent } dimensions { id name band { fromPercent toPercent } }
    }
  }
`);

const useTexts = spoken(
  {
    title: "同类企业中的位次", what: "项目", total: "总分", band: "得分低于本企业的同类企业占比",
    alike: (year: number, division: string, size: string) => `同类企业：${year} 年首次出具报告、同一标准与问卷版式、行业大类 ${division}、${size}的其他企业。`,
    least: (firms: number, owners: number, mark: string) => `至少 ${firms} 家同类企业，截至最新一版报告所据的记录；每满 ${owners} 家互不隶属的企业整批计入（标记 ${mark}），此后其他企业的报告不改变这里的区间。`,
    none: (why: string, owners: number) => `无法告知：${why}。整批计入的同类企业不足 ${owners} 家；企业过少时，位次会透露其中某一家的得分。`,
    from: (low: number, high: number) => `${low}%–${high}%`,
  },
  {
    title: "Where it stands among firms like it", what: "Score", total: "Total", band: "Share of the peers below",
    alike: (year: number, division: string, size: string) => `Peers: other firms whose first report came out in ${year} under the same edition and form, of industry division ${division} and size class “${size}”.`,
    least: (firms: number, owners: number, mark: string) => `At least ${firms} peers, as of the record that the latest report rests on. They count in whole batches of ${owners} firms that belong to nobody in common (mark ${mark}); later reports of others do not move these bands.`,
    none: (why: string, owners: number) => `No standing can be given: ${why}. Fewer than ${owners} peers count in whole batches; of so few, a standing would reveal what one of them scored.`,
    from: (low: number, high: number) => `${low}–${high} %`,
  },
);
type Standing = NonNullable<PeersQuery["peerStanding"]>;
type Band = NonNullable<Standing["total"]>;

/** In which band of firms like it an issued result stands, or why none is given. */
export function Peers({ id }: { id: string }) {
  const answer = useAsk(PEERS, { id });
  return <Shown answer={answer}>{({ peerStanding }) => (peerStanding ? <Bands standing={peerStanding} /> : null)}</Shown>;
}

function Bands({ standing }: { standing: Standing }) {
  const place = usePlaces();
  const texts = useTexts();
  const name = useNames();
  const { total, dimensions } = standing;
  return (
    <>
      <h2>{texts.title}</h2>
      <p className="clause">{texts.alike(standing.year, place(standing.industry), name(SizeClassNames, standing.sizeClass))}</p>
      {!total || standing.firmsAtLeast === null ? (
        <p>{texts.none(name(PeerBasisNames, standing.basis), standing.ownersAtLeast)}</p>
      ) : (
        <>
          <Table
            size="small"
            aria-label={texts.title}
            pagination={false}
            rowKey="id"
            scroll={{ x: "max-content" }}
            dataSource={[{ id: "total", name: texts.total, band: total }, ...(dimensions ?? [])]}
            columns={[
              { title: texts.what, dataIndex: "name" },
              { title: texts.band, render: (_, one) => <Bar band={one.band} said={texts.from(one.band.fromPercent, one.band.toPercent)} /> },
            ]}
          />
          <p className="clause">{texts.least(standing.firmsAtLeast, standing.ownersAtLeast, standing.mark.replace("_", "-"))}</p>
        </>
      )}
    </>
  );
}

function Bar({ band, said }: { band: Band; said: string }) {
  return (
    <span style={{ display: "flex", gap: 12, alignItems: "center" }}>
      <span aria-hidden="true" style={{ width: "min(200px, 40vw)", height: 8, background: "#e6ebf0" }}>
        <span style={{ display: "block", height: 8, background: "#1252b3", marginLeft: `${band.fromPercent}%`, width: `${band.toPercent - band.fromPercent}%` }} />
      </span>
      <span className="nowrap">{said}</span>
    </span>
  );
}
