import { Alert, Button, Checkbox } from "antd";
import { useState } from "react";

import { useAsk, useSend } from "../ask";
import { decimal } from "../format";
import { graphql } from "../gql";
import { MappingRelationNames, SourceMarkNames } from "../gql/enum-names";
import { spoken, useNames, useWords } from "../language";
import { SheetTable } from "../sheet-table";

const PREFILL = graphql(`query Prefill($id: ID!) { prefill(diagnosis: $id) { offers { indicator name level assessment modelName standardNumber number certificateLevel assessedOn nodeName relation confidence crosswalkVersion crosswalkMark } } }`);
const TAKE = graphql(`mutation TakePrefill($id: ID!, $assessment: ID!, $indicators: [String!]!) { takePrefill(input: { diagnosis: $id, assessment: $assessment, indicators: $indicators }) { userErrors { code clause field bound message messageInEnglish } } }`);
const useTexts = spoken(
  {
    title: (count: number) => `本企业的证书可预填 ${count} 项未答的指标`, says: "仅为建议：采纳后即为企业自己的答案，可再修改，仍由服务商核验。", take: (count: number) => `采纳所选 ${count} 项`, choose: (indicator: string) => `选取 ${indicator}`, indicator: "指标", level: "建议等级", source: "来源", by: "对照",
    certificate: (model: string, level: string, number: string, on: string) => `${model}，${level}，${number}，${on} 评估`, mapped: (node: string, relation: string, confidence: string, version: number, mark: string) => `${node}（${relation}，置信度 ${confidence}），第 ${version} 版，${mark}`, unnumbered: "无编号",
  },
  {
    title: (count: number) => `Certificates of your firm offer answers to ${count} open indicator${count === 1 ? "" : "s"}`, says: "They are offers: once taken they are your firm's own answers, may be changed, and are verified like any other.", take: (count: number) => `Take ${count} chosen`, choose: (indicator: string) => `Choose ${indicator}`, indicator: "Indicator", level: "Offered level", source: "From", by: "Through the crosswalk",
    certificate: (model: string, level: string, number: string, on: string) => `${model}, ${level}, ${number}, assessed on ${on}`, mapped: (node: string, relation: string, confidence: string, version: number, mark: string) => `${node} (${relation}, confidence ${confidence}), version ${version}, ${mark}`, unnumbered: "no number",
  },
);

/** Answers that certificates of the firm offer, each with its source; taken over by choice. Nothing where none is offered. */
export function PrefillOffers({ diagnosis, taken }: { diagnosis: string; taken: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const [chosen, setChosen] = useState<string[]>([]);
  const answer = useAsk(PREFILL, { id: diagnosis });
  const offers = answer.data?.prefill?.offers ?? [];
  const keyOf = (one: { assessment: string; indicator: string }) => `${one.assessment} ${one.indicator}`;
  if (!offers.length) return null;
  async function take() {
    const wanted = offers.filter((one) => chosen.includes(keyOf(one)));
    for (const assessment of new Set(wanted.map((one) => one.assessment))) {
      const { data, errors } = await send(TAKE, { id: diagnosis, assessment, indicators: wanted.filter((one) => one.assessment === assessment).map((one) => one.indicator) });
      if (!data || errors.length) return;
    }
    setChosen([]);
    answer.again();
    taken();
  }
  return (
    <Alert
      type="info"
      style={{ marginBottom: 16 }}
      title={texts.title(new Set(offers.map((one) => one.indicator)).size)}
      description={
        <>
          <p>{texts.says}</p>
          <SheetTable rowKey={keyOf} caption={texts.title(offers.length)} dataSource={offers} columns={[
            { title: texts.indicator, render: (_, one) => <Checkbox aria-label={texts.choose(one.indicator)} checked={chosen.includes(keyOf(one))} onChange={(event) => setChosen(event.target.checked ? [...chosen.filter((key) => !key.endsWith(` ${one.indicator}`)), keyOf(one)] : chosen.filter((key) => key !== keyOf(one)))}>{one.indicator} {one.name}</Checkbox> },
            { title: texts.level, render: (_, one) => words.questionnaire.level(Number(one.level)) },
            { title: texts.source, render: (_, one) => <>{texts.certificate(one.modelName, one.certificateLevel, one.number ?? texts.unnumbered, one.assessedOn)}<div className="clause">{one.standardNumber}</div></> },
            { title: texts.by, render: (_, one) => texts.mapped(one.nodeName, name(MappingRelationNames, one.relation), decimal(one.confidence), one.crosswalkVersion, name(SourceMarkNames, one.crosswalkMark)) },
          ]} />
          <Button type="primary" disabled={!chosen.length} onClick={() => void take()} style={{ marginTop: 12 }}>{texts.take(chosen.length)}</Button>
        </>
      }
    />
  );
}
