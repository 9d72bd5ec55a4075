import { Button, Col, Empty, Progress, Row, Statistic } from "antd";
import { useState } from "react";

import { Faulted, Shown, useAsk } from "../ask";
import { decimal, share } from "../format";
import { graphql } from "../gql";
import type { HeatQuery } from "../gql/graphql";
import { spoken, useWords } from "../language";
import { usePlaces } from "../places";
import { SheetTable } from "../sheet-table";
import { SHADES } from "./district-tiles";

const PORTRAIT = graphql(`
  query Portrait($year: Int!) {
    portrait(year: $year) { year onRoster withResult grades { grade firms } movement { risen same fallen otherEdition new } }
  }
`);
const HEAT = graphql(`
  query Heat($year: Int!, $cellsAfter: String) {
    portrait(year: $year) { cells(first: 100, after: $cellsAfter) { pageInfo { hasNextPage endCursor } nodes { district { code name nameInEnglish } industry { code name nameInEnglish } firms mean low high } } }
  }
`);
const WEAKEST = graphql(`
  query Weakest($year: Int!) {
    portrait(year: $year) { weakest(first: 20) { nodes { edition indicator firms mean low high } } }
    editions { id key title indicators { id name } }
  }
`);

const useTexts = spoken(
  {
    none: "该年度没有名单，请先导入企业名单。", noResults: "该年度尚无已出具报告的企业。", withResult: "有结果的企业", grades: "档次分布", grade: (at: number) => `${at} 档`, firms: (count: number) => `${count} 家`, movement: "与上年末相比",
    risen: "上升", same: "持平", fallen: "下降", otherEdition: "版本不同，不比", new: "新增", heat: "区与行业的平均得分", how: "越鲜明越高。不足五家不给均值，不足十一家不给区间。", few: "不足五家",
    weakest: "薄弱指标", noWeakest: "不足五家适用同一指标，尚无薄弱指标。", mean: "平均得分", interval: "90% 区间", indicator: "指标", load: "读取薄弱指标",
  },
  {
    none: "There is no roster of this year; import one first.", noResults: "No firm of this year has an issued report yet.", withResult: "Firms with a result", grades: "By grade", grade: (at: number) => `Grade ${at}`, firms: (count: number) => `${count} firms`, movement: "Since the end of the year before",
    risen: "Risen", same: "Same", fallen: "Fallen", otherEdition: "Another edition", new: "New", heat: "Mean score by district and industry", how: "The stronger its colour, the higher. Fewer than five firms: no mean; fewer than eleven: no interval.", few: "fewer than five",
    weakest: "Weakest indicators", noWeakest: "No indicator applies to five firms yet.", mean: "Mean score", interval: "90 % interval", indicator: "Indicator", load: "Show the weakest indicators",
  },
);

type Industry = HeatQuery["portrait"]["cells"]["nodes"][number]["industry"];

/** What the manufacturers of a year's roster are like: grades, movement, districts by industry, and where they are weak. */
export function PortraitOf({ year }: { year: number }) {
  const texts = useTexts();
  const [weak, setWeak] = useState(false);
  const answer = useAsk(PORTRAIT, { year });
  return (
    <Shown answer={answer}>
      {({ portrait }) =>
        portrait.withResult === 0 ? (
          <Empty description={portrait.onRoster ? texts.noResults : texts.none} />
        ) : (
          <>
            <Row gutter={[16, 16]}>
              <Col xs={24} md={6}><Statistic title={texts.withResult} value={portrait.withResult} suffix={`/ ${portrait.onRoster}`} /></Col>
              <Col xs={24} md={18}>
                <h2 style={{ marginTop: 0 }}>{texts.movement}</h2>
                <Row gutter={[16, 8]}>{(["risen", "same", "fallen", "new", "otherEdition"] as const).map((one) => <Col key={one} xs={8} md={4}><Statistic title={texts[one]} value={portrait.movement[one]} /></Col>)}</Row>
              </Col>
            </Row>
            <h2>{texts.grades}</h2>
            <ul className="plain">
              {portrait.grades.map((one) => (
                <li key={one.grade} style={{ display: "grid", gridTemplateColumns: "5em minmax(0, 1fr) 9em", gap: 8, maxWidth: 640 }}>
                  <span>{texts.grade(one.grade)}</span>
                  <Progress percent={(100 * one.firms) / portrait.withResult} showInfo={false} aria-label={texts.grade(one.grade)} />
                  <span className="nowrap">{texts.firms(one.firms)} · {share(one.firms, portrait.withResult)}</span>
                </li>
              ))}
            </ul>
            <Heat key={year} year={year} />
            <h2>{texts.weakest}</h2>
            {weak ? <Weakest year={year} /> : <Button onClick={() => setWeak(true)}>{texts.load}</Button>}
          </>
        )
      }
    </Shown>
  );
}

function Heat({ year }: { year: number }) {
  const place = usePlaces();
  const texts = useTexts();
  const words = useWords();
  const answer = useAsk(HEAT, { year });
  const cells = answer.data?.portrait.cells.nodes ?? [];
  if (answer.fault) return <Faulted fault={answer.fault} again={answer.again} />;
  const districts = [...new Map(cells.map(({ district }) => [district.code, district])).values()].sort((a, b) => a.code.localeCompare(b.code));
  const industries = [...new Map(cells.map(({ industry }) => [industry.code, industry])).values()].sort((a, b) => a.code.localeCompare(b.code));
  const at = new Map(cells.map((one) => [`${one.district.code} ${one.industry.code}`, one]));
  const means = cells.filter((one) => one.mean !== null).map((one) => Number(one.mean));
  const [lowest, highest] = [Math.min(...means), Math.max(...means)];
  const shade = (mean: number) => SHADES[highest > lowest ? Math.min(SHADES.length - 1, Math.floor((SHADES.length * (mean - lowest)) / (highest - lowest))) : 2] ?? SHADES[0];
  return (
    <>
      <h2>{texts.heat}</h2>
      <p className="clause">{texts.how}</p>
      <SheetTable
        caption={texts.heat}
        loading={answer.fetching}
        rowKey="code"
        dataSource={industries}
        columns={[
          { title: words.fields.industry, fixed: "left" as const, render: (_, one) => <div style={{ maxWidth: 140 }}>{one.code} {place(one)}</div> },
          ...districts.map((district) => ({
            title: place(district).replace(/（.*）/, ""),
            align: "center" as const,
            onCell: (industry: Industry) => {
              const mean = at.get(`${district.code} ${industry.code}`)?.mean;
              const [background, color] = mean ? shade(Number(mean)) : [];
              return { className: background && "shaded", style: { background, color } };
            },
            render: (_: unknown, industry: Industry) => {
              const cell = at.get(`${district.code} ${industry.code}`);
              if (!cell) return null;
              return (
                <div className="nowrap">
                  {cell.mean === null ? texts.few : <strong>{decimal(cell.mean, 1)}</strong>}
                  <div>{cell.low !== null && `${decimal(cell.low, 1)}–${decimal(cell.high, 1)} · `}{texts.firms(cell.firms)}</div>
                </div>
              );
            },
          })),
        ]}
      />
    </>
  );
}

function Weakest({ year }: { year: number }) {
  const texts = useTexts();
  const words = useWords();
  const answer = useAsk(WEAKEST, { year });
  return (
    <Shown answer={answer}>
      {({ portrait, editions }) => {
        const names = new Map(editions.flatMap((edition) => edition.indicators.map((one) => [`${edition.id} ${one.id}`, one.name])));
        const titles = new Map(editions.map((one) => [one.id, one.title]));
        return (
          <SheetTable
            caption={texts.weakest}
            rowKey={(one) => `${one.edition} ${one.indicator}`}
            dataSource={portrait.weakest.nodes}
            empty={texts.noWeakest}
            columns={[
              { title: texts.indicator, render: (_, one) => `${one.indicator} ${names.get(`${one.edition} ${one.indicator}`) ?? ""}` },
              { title: texts.mean, align: "right", render: (_, one) => decimal(one.mean, 1) },
              { title: texts.interval, align: "right", render: (_, one) => (one.low === null ? "—" : `${decimal(one.low, 1)}–${decimal(one.high, 1)}`) },
              { title: texts.withResult, align: "right", dataIndex: "firms" },
              { title: words.fields.edition, render: (_, one) => titles.get(one.edition) ?? "—" },
            ]}
          />
        );
      }}
    </Shown>
  );
}
