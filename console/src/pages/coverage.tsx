import { Card, Col, Empty, InputNumber, Progress, Row, Statistic, Tag } from "antd";
import { useState } from "react";

import { Shown, useAsk } from "../ask";
import { decimal, share } from "../format";
import { graphql } from "../gql";
import { MeasureNames } from "../gql/enum-names";
import { useNames, useWords } from "../language";
import { usePlaces } from "../places";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { ClustersOf } from "./clusters";
import { DistrictTiles } from "./district-tiles";
import { SetTarget } from "./target";

const COVERAGE = graphql(`
  query Coverage($year: Int!) {
    coverage(year: $year) {
      year diagnosed confirmed total takenOff
      targets { measure atLeast reached holds clause mark }
      districts { district { code name nameInEnglish } diagnosed confirmed total }
    }
  }
`);

/** Who sees of a district its own firms alone: the district's figures are others. */
const BELOW_A_DISTRICT = ["SUBDISTRICT", "PARK", "REPORTING_UNIT", "GROUP"];
/** Who opens a number of a cluster to its firms. */
const OFFICES = ["CITY", "DISTRICT", "AUDITOR"];

/** How many firms of a year's roster are diagnosed, by district, and against the targets. */
export function Coverage() {
  const place = usePlaces();
  const words = useWords();
  const name = useNames();
  const { viewer } = useViewer();
  const [year, setYear] = useState(new Date().getFullYear());
  const answer = useAsk(COVERAGE, { year });
  const w = words.coverage;
  return (
    <>
      <h1>{w.title}</h1>
      <div className="bar">
        <label>{w.year} <InputNumber min={2023} max={2100} value={year} onChange={(value) => value && setYear(value)} /></label>
        <SetTarget year={year} again={answer.again} />
      </div>
      <Shown answer={answer}>
        {({ coverage }) =>
          coverage.total === 0 ? (
            <Empty description={w.empty} />
          ) : (
            <>
              {BELOW_A_DISTRICT.includes(viewer.role) && <p className="clause">{w.own}</p>}
              <Row gutter={[16, 16]}>
                <Col xs={12} md={6}><Card><Statistic title={w.all} value={coverage.total} /></Card></Col>
                <Col xs={12} md={6}><Card><Statistic title={w.diagnosed} value={coverage.diagnosed} /></Card></Col>
                <Col xs={12} md={6}><Card><Statistic title={w.confirmed} value={coverage.confirmed} /></Card></Col>
                <Col xs={12} md={6}><Card><Statistic title={w.share} value={share(coverage.diagnosed, coverage.total)} /></Card></Col>
              </Row>
              <div style={{ height: 16 }} />
              {coverage.targets.map((one) => (
                <p key={one.measure}>
                  {name(MeasureNames, one.measure)}{words.colon}{w.target} ≥ {decimal(one.atLeast)}<Tag style={{ marginInline: 8 }}>{words.rules.mark} {one.mark.replace("_", "-")}</Tag>
                  {w.reached} {decimal(one.reached)} <Tag color={one.holds ? "#135200" : "#874d00"}>{one.holds ? words.yes : words.no}</Tag>
                  <span className="clause">{words.clause(one.clause)}</span>
                </p>
              ))}
              {!coverage.districts && viewer.role === "SUPPORT" && <p className="clause">{w.totals}</p>}
              {coverage.districts && <DistrictTiles districts={coverage.districts} />}
              {coverage.districts && <SheetTable
                caption={w.title}
                rowKey={(one) => one.district.code}
                dataSource={[...coverage.districts].sort((a, b) => b.total - a.total)}
                columns={[
                  { title: words.fields.district, render: (_, one) => place(one.district) },
                  { title: w.share, showSorterTooltip: false, sorter: (a, b) => a.diagnosed / (a.total || 1) - b.diagnosed / (b.total || 1), render: (_, one) => <Progress percent={one.total ? Math.round((1000 * one.diagnosed) / one.total) / 10 : 0} size="small" status="normal" format={(percent) => `${percent?.toFixed(1)} %`} aria-label={w.share} style={{ minWidth: 160 }} /> },
                  { title: w.diagnosed, align: "right", dataIndex: "diagnosed" },
                  { title: w.confirmed, align: "right", dataIndex: "confirmed" },
                  { title: w.all, align: "right", dataIndex: "total" },
                ]}
              />}
              {OFFICES.includes(viewer.role) && <ClustersOf key={year} year={year} />}
            </>
          )
        }
      </Shown>
    </>
  );
}
