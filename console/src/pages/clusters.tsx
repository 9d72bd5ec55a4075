import { Button, Modal, Select } from "antd";
import { useState } from "react";

import { Shown, useAsk } from "../ask";
import { decimal } from "../format";
import { graphql } from "../gql";
import { ClusterKindNames } from "../gql/enum-names";
import type { ClusterCoverageQuery, ClusterKind } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { useViewer } from "../session";
import { AppraisedFirms } from "./appraisal";

const CLUSTERS = graphql(`
  query ClusterCoverage($year: Int!, $kind: ClusterKind!, $first: Int, $after: String, $last: Int, $before: String) {
    clusterCoverage(year: $year, kind: $kind) {
      firmsAtLeast
      clusters(first: $first, after: $after, last: $last, before: $before) {
        totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        nodes { id name total diagnosed notDiagnosed diagnosedPercent }
      }
    }
  }
`);
const useTexts = spoken(
  {
    title: "集群覆盖", kind: "集群类别", cluster: "集群", share: "覆盖率 %", open: "查看企业", none: "该年度名单中没有这一类集群。",
    ON_ROSTER: "名单内", DIAGNOSED: "已诊断", NOT_DIAGNOSED: "未诊断", few: (least: number) => `不足 ${least} 家的只给家数，不给覆盖率。点数字看其企业。`,
  },
  {
    title: "Coverage of clusters", kind: "Kind of cluster", cluster: "Cluster", share: "Covered, %", open: "Show the firms", none: "The roster of this year has no cluster of this kind.",
    ON_ROSTER: "On the roster", DIAGNOSED: "Diagnosed", NOT_DIAGNOSED: "Not diagnosed", few: (least: number) => `Of fewer than ${least} firms no share is given. A number opens to its firms.`,
  },
);
type Line = ClusterCoverageQuery["clusterCoverage"]["clusters"]["nodes"][number];
const NUMBERS = [["ON_ROSTER", "total"], ["DIAGNOSED", "diagnosed"], ["NOT_DIAGNOSED", "notDiagnosed"]] as const;
const KINDS: ClusterKind[] = ["INDUSTRY", "PARK", "GROUP", "CHAIN"];

/** How far the clusters of a year's roster are diagnosed: each number opens to the firms that it counts. */
export function ClustersOf({ year }: { year: number }) {
  const texts = useTexts();
  const name = useNames();
  const words = useWords();
  const { viewer } = useViewer();
  const [kind, setKind] = useState<ClusterKind>("INDUSTRY");
  const [opened, setOpened] = useState<{ number: (typeof NUMBERS)[number][0]; cluster: Line }>();
  const paging = usePaging(`${year} ${kind}`);
  const answer = useAsk(CLUSTERS, { year, kind, ...paging.paging });
  const told = KINDS.filter((one) => one !== "CHAIN" || viewer.role !== "DISTRICT");
  return (
    <>
      <h2>{texts.title}</h2>
      <div className="bar">
        <Select aria-label={texts.kind} value={kind} onChange={setKind} options={told.map((value) => ({ value, label: name(ClusterKindNames, value) }))} style={{ minWidth: 160 }} popupMatchSelectWidth={false} />
      </div>
      <Shown answer={answer}>
        {({ clusterCoverage }) => (
          <>
            <p className="clause">{texts.few(clusterCoverage.firmsAtLeast)} {words.clause("plan I3")}</p>
            <PagedTable
              connection={clusterCoverage.clusters}
              paging={paging}
              rowKey={(one) => one.id}
              caption={texts.title}
              empty={texts.none}
              fetching={answer.fetching}
              columns={[
                { title: texts.cluster, render: (_, one) => one.name ?? one.id },
                ...NUMBERS.map(([number, field]) => ({
                  title: texts[number],
                  align: "right" as const,
                  render: (_: unknown, one: Line) => (
                    <Button type="link" size="small" aria-label={`${texts[number]} ${one[field]} ${texts.open}`} onClick={() => setOpened({ number, cluster: one })}>{one[field]}</Button>
                  ),
                })),
                { title: texts.share, align: "right", render: (_, one) => decimal(one.diagnosedPercent) },
              ]}
            />
          </>
        )}
      </Shown>
      <Modal open={Boolean(opened)} title={opened && `${year} · ${opened.cluster.name ?? opened.cluster.id} · ${texts[opened.number]}`} onCancel={() => setOpened(undefined)} footer={null} width={760} destroyOnHidden>
        {opened && <AppraisedFirms year={year} opened={{ number: opened.number, district: null, cluster: { kind, id: opened.cluster.id } }} />}
      </Modal>
    </>
  );
}
