import { Alert, Empty, Tag } from "antd";

import { Shown, useAsk } from "../ask";
import { decimal, share } from "../format";
import { graphql } from "../gql";
import { IndicativeReasonNames, SourceMarkNames } from "../gql/enum-names";
import { spoken, useNames, useWords } from "../language";
import { SheetTable } from "../sheet-table";

const COMPARABLE = graphql(`
  query Comparable {
    diagnoses(filter: { status: [ISSUED, OBJECTED, CONFIRMED] }, orderBy: [STATUS_SINCE_DESC], first: 1) {
      nodes { id caseNumber result { comparable { externalEdition modelName crosswalkVersion crosswalkMark scale lower upper coverage lowerLevel upperLevel indicative whyIndicative nodes { node name lower upper coverage indicators } } } }
    }
  }
`);
const useTexts = spoken(
  {
    note: "由诊断的核验结果按已发布的对照推算，写成区间；不是认证，也不能替代该模型自己的评估。", none: "尚无可推算的结果：须有已出具的报告，且其标准版本有已发布的对照。", from: (number: string) => `依据诊断 ${number}`, below: "未达一级", range: (lower: string, upper: string, scale: string) => `${lower}–${upper}（满分 ${scale}）`, levels: (lower: string, upper: string) => (lower === upper ? lower : `${lower}至${upper}`),
    node: "模型要素", interval: "区间", covered: "对照覆盖", rests: "所依指标", indicative: "仅供参考", by: (version: number, mark: string) => `对照第 ${version} 版，来源标记：${mark}`, coverage: (percent: string) => `对照覆盖模型的 ${percent}`,
  },
  {
    note: "Worked out from the verified result through the published crosswalk, as an interval; it awards nothing and takes the place of no assessment by that model.", none: "There is nothing to compare: it needs an issued report and a published crosswalk of its edition.", from: (number: string) => `From the diagnosis ${number}`, below: "below the first", range: (lower: string, upper: string, scale: string) => `${lower}–${upper} of ${scale}`, levels: (lower: string, upper: string) => (lower === upper ? lower : `${lower} to ${upper}`),
    node: "Part of the model", interval: "Interval", covered: "Covered", rests: "Rests on", indicative: "For orientation only", by: (version: number, mark: string) => `Crosswalk version ${version}, mark: ${mark}`, coverage: (percent: string) => `The crosswalk covers ${percent} of the model`,
  },
);

/** What the firm's latest issued result says of others' models, as intervals with what they rest on. */
export function Comparable() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const answer = useAsk(COMPARABLE, {});
  const covered = (part: string) => share(Number(part), 1);
  return (
    <Shown answer={answer}>
      {({ diagnoses }) => {
        const latest = diagnoses.nodes[0];
        if (!latest?.result?.comparable.length) return <Empty description={texts.none} />;
        return (
          <>
            <p>{texts.note}</p>
            <p className="clause">{texts.from(latest.caseNumber)}</p>
            {latest.result.comparable.map((one) => (
              <section key={one.externalEdition} aria-label={one.modelName}>
                <p style={{ fontWeight: 600, margin: "16px 0 4px" }}>{one.modelName}{words.colon}{texts.levels(one.lowerLevel ?? texts.below, one.upperLevel ?? texts.below)}{words.comma}{texts.range(decimal(one.lower, 1), decimal(one.upper, 1), decimal(one.scale))}</p>
                <p className="clause">{texts.coverage(covered(one.coverage))} · {texts.by(one.crosswalkVersion, name(SourceMarkNames, one.crosswalkMark))}</p>
                {one.indicative && <Alert type="warning" style={{ marginBottom: 8 }} title={<>{texts.indicative} {one.whyIndicative.map((why) => <Tag key={why}>{name(IndicativeReasonNames, why)}</Tag>)}</>} />}
                <SheetTable rowKey="node" caption={one.modelName} dataSource={one.nodes} columns={[
                  { title: texts.node, dataIndex: "name" },
                  { title: texts.interval, render: (_, part) => `${decimal(part.lower, 1)}–${decimal(part.upper, 1)}` },
                  { title: texts.covered, align: "right", render: (_, part) => covered(part.coverage) },
                  { title: texts.rests, render: (_, part) => part.indicators.join(words.comma) },
                ]} />
              </section>
            ))}
          </>
        );
      }}
    </Shown>
  );
}
