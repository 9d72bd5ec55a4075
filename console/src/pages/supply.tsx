import { useSearchParams } from "react-router";

import { spoken, useWords } from "../language";
import { Parts } from "../parts";
import { useViewer } from "../session";
import { DemandShown } from "./demand-shown";
import { DemandCounts, Demands } from "./demands";
import { Offers } from "./offers";
import { Solutions } from "./solutions";

const useTexts = spoken(
  { demands: "需求", offers: "报价与成交", solutions: "解决方案", counts: "需求统计", note: "需求默认不具名：供给单位看不到企业，成交后才知道是谁。接受服务商报价后，该服务商不能再诊断本企业。" },
  { demands: "Demands", offers: "Offers and deals", solutions: "Solutions", counts: "Counts", note: "A demand names nobody unless it says so: sellers learn whose it is once an offer is accepted. A provider whose offer is accepted may not diagnose the firm any more." },
);

/** Where firms look for solutions and sellers offer them: demands, offers, deals, solutions, each as far as the reader's role goes. */
export function Supply() {
  const texts = useTexts();
  const words = useWords();
  const { viewer } = useViewer();
  const [sought, seek] = useSearchParams();
  const trades = ["ENTERPRISE", "FILLER", "CONFIRMER", "PROVIDER", "SUPPLIER", "CITY", "AUDITOR"].includes(viewer.role);
  const counts = ["CITY", "DISTRICT", "AUDITOR"].includes(viewer.role);
  const demand = sought.get("demand");
  if (demand) return <DemandShown key={demand} id={demand} back={() => seek({ tab: "demands" })} />;
  return (
    <>
      <h1>{words.nav.supply}</h1>
      <p className="clause">{texts.note}</p>
      <Parts title={words.nav.supply} at={sought.get("tab") ?? (trades ? "demands" : counts ? "counts" : "solutions")} go={(tab) => seek({ tab }, { replace: true })} parts={[
        ...(trades ? [{ key: "demands", label: texts.demands, children: <Demands /> }, { key: "offers", label: texts.offers, children: <Offers /> }] : []),
        { key: "solutions", label: texts.solutions, children: <Solutions /> },
        ...(counts ? [{ key: "counts", label: texts.counts, children: <DemandCounts /> }] : []),
      ]} />
    </>
  );
}
