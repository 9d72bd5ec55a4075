import { Empty, InputNumber } from "antd";
import { useState } from "react";

import { Shown, useAsk } from "../ask";
import { decimal } from "../format";
import { graphql } from "../gql";
import { FairnessDivisionNames, FairnessFindingNames } from "../gql/enum-names";
import type { RatingFairnessQuery } from "../gql/graphql";
import { spoken, useNames, useSaid, useWords } from "../language";
import { SheetTable } from "../sheet-table";

const FAIRNESS = graphql(`
  query RatingFairness($year: Int!) {
    ratingFairness(year: $year) {
      rated compared tilts untold byChance withheld
      divisions { division placed finding }
      comparisons { division group groupTitle groupTitleInEnglish good of othersGood othersOf ratio low high corrected finding }
    }
  }
`);

const useTexts = spoken(
  {
    told: (rated: number, compared: number, tilts: number, untold: number) => `已定档 ${rated} 家，对比 ${compared} 项，其中倾斜 ${tilts} 项，样本不足无法判断 ${untold} 项`, chance: (number: string) => `未校正时，即使处处公平，也预期有 ${number} 项看似倾斜。`, withheld: (number: number) => `另有 ${number} 项因家数太少、可推出个别服务商而不予列出。`,
    divisions: "各维度结论", division: "比较维度", placed: "已知群组的家数", comparisons: "各项对比", group: "群组", good: "甲乙档", others: "其他", ratio: "比例之比（90 % 区间）", corrected: "校正后显著性", finding: "结论", noComparison: "没有可列出的对比。", none: "该年度评价尚未定案；可另选年度。", only: "只作报告，不据以调整得分。",
  },
  {
    told: (rated: number, compared: number, tilts: number, untold: number) => `${rated} providers have a tier; ${compared} comparisons, of which ${tilts} tilt and ${untold} cannot be told from so few`, chance: (number: string) => `Uncorrected, ${number} would look like a tilt by chance alone.`, withheld: (number: number) => `${number} more are not shown, because so few would tell of single providers.`,
    divisions: "What each division shows", division: "Divided by", placed: "Providers whose group is known", comparisons: "Comparisons", group: "Group", good: "Tier A or B", others: "Others", ratio: "Ratio of shares (90 % interval)", corrected: "Corrected p", finding: "Finding", noComparison: "No comparison to show.", none: "The rating of that year is not final yet; another year may be chosen.", only: "It is reported, and corrects no score.",
  },
);
type Report = NonNullable<RatingFairnessQuery["ratingFairness"]>;

/** Whether good tiers tilt by district, owner or size: what each division shows, how much is withheld, and each comparison that may be seen. */
export function Fairness({ fairness }: { fairness: Report }) {
  const texts = useTexts();
  const name = useNames();
  const said = useSaid();
  return (
    <>
      <p>{texts.told(fairness.rated, fairness.compared, fairness.tilts, fairness.untold)}</p>
      <p className="clause">{texts.chance(decimal(fairness.byChance, 2))} {fairness.withheld > 0 && texts.withheld(fairness.withheld)} {texts.only}</p>
      <SheetTable caption={texts.divisions} rowKey="division" dataSource={fairness.divisions} style={{ marginBottom: 16 }} columns={[
        { title: texts.division, render: (_, one) => name(FairnessDivisionNames, one.division) },
        { title: texts.placed, align: "right", dataIndex: "placed" },
        { title: texts.finding, render: (_, one) => name(FairnessFindingNames, one.finding) },
      ]} />
      <SheetTable caption={texts.comparisons} rowKey={(one) => one.division + one.group} dataSource={fairness.comparisons} locale={{ emptyText: texts.noComparison }} columns={[
        { title: texts.division, render: (_, one) => name(FairnessDivisionNames, one.division) },
        { title: texts.group, render: (_, one) => said(one.groupTitle, one.groupTitleInEnglish) },
        { title: texts.good, align: "right", render: (_, one) => `${one.good} / ${one.of}` },
        { title: texts.others, align: "right", render: (_, one) => `${one.othersGood} / ${one.othersOf}` },
        { title: texts.ratio, align: "right", render: (_, one) => (one.ratio === null ? "—" : `${decimal(one.ratio, 2)} (${decimal(one.low, 2)}–${decimal(one.high, 2)})`) },
        { title: texts.corrected, align: "right", render: (_, one) => decimal(one.corrected) },
        { title: texts.finding, render: (_, one) => name(FairnessFindingNames, one.finding) },
      ]} />
    </>
  );
}

/** The report of a year as everybody may read it, signed in or not, once the rating is final. */
export function PublicFairness() {
  const texts = useTexts();
  const words = useWords();
  const [year, setYear] = useState(new Date().getFullYear() - 1);
  const answer = useAsk(FAIRNESS, { year });
  return (
    <>
      <div className="bar"><label>{words.fields.year} <InputNumber min={2023} max={2100} value={year} onChange={(value) => value && setYear(value)} /></label></div>
      <Shown answer={answer}>{({ ratingFairness }) => (ratingFairness ? <Fairness fairness={ratingFairness} /> : <Empty description={texts.none} />)}</Shown>
    </>
  );
}
