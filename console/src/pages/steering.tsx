import { InputNumber } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { spoken, useWords } from "../language";
import { Parts } from "../parts";
import { useViewer } from "../session";
import { AppraisalOf } from "./appraisal";
import { Bottlenecks } from "./bottlenecks";
import { LiaisonGaps } from "./liaison-gaps";
import { PaceOf } from "./pace";
import { PortraitOf } from "./portrait";
import { Uplifts } from "./uplift";

const useTexts = spoken(
  { pace: "进度与预测", appraisal: "区考核表", portrait: "画像", uplift: "提升幅度", gaps: "联络缺口", bottlenecks: "环节瓶颈" },
  { pace: "Pace and forecast", appraisal: "Appraisal", portrait: "Portrait", uplift: "Uplift", gaps: "Liaison gaps", bottlenecks: "Bottlenecks" },
);

/** How a year comes along, what a district is appraised by, what its firms are like and how far they rose, and who has nobody to call. */
export function Steering() {
  const texts = useTexts();
  const words = useWords();
  const { viewer } = useViewer();
  const [year, setYear] = useState(new Date().getFullYear());
  const [sought, seek] = useSearchParams();
  const office = ["CITY", "DISTRICT", "AUDITOR"].includes(viewer.role);
  const liaison = ["CITY", "DISTRICT", "SUBDISTRICT", "PARK", "REPORTING_UNIT"].includes(viewer.role);
  return (
    <>
      <h1>{words.nav.steering}</h1>
      {office && <div className="bar"><label>{words.fields.year} <InputNumber min={2023} max={2100} value={year} onChange={(value) => value && setYear(value)} /></label></div>}
      <Parts
        title={words.nav.steering}
        at={sought.get("tab") ?? (office ? "pace" : liaison ? "gaps" : "bottlenecks")}
        go={(tab) => seek({ tab }, { replace: true })}
        parts={[
          ...(office ? [
            { key: "pace", label: texts.pace, children: <PaceOf key={year} year={year} /> },
            { key: "appraisal", label: texts.appraisal, children: <AppraisalOf key={year} year={year} /> },
            { key: "portrait", label: texts.portrait, children: <PortraitOf key={year} year={year} /> },
            { key: "uplift", label: texts.uplift, children: <Uplifts /> },
          ] : []),
          ...(office || viewer.role === "PROVIDER" ? [{ key: "bottlenecks", label: texts.bottlenecks, children: <Bottlenecks /> }] : []),
          ...(liaison ? [{ key: "gaps", label: texts.gaps, children: <LiaisonGaps /> }] : []),
        ]}
      />
    </>
  );
}
