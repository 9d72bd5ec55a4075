import { Empty, Space } from "antd";
import { Link } from "react-router";

import { useWords } from "../language";
import { useViewer, type Viewer } from "../session";

type Page = keyof ReturnType<typeof useWords>["nav"];

/** What a role has to look at while nothing waits for it, in the order of its work. */
const INSTEAD: Partial<Record<Viewer["role"], Page[]>> = {
  AUDITOR: ["trail", "checkpoint", "dossier"],
  BANK: ["consents", "results"],
  CONFIRMER: ["diagnoses", "results"],
  DEPARTMENT_FILLER: ["diagnoses"],
  DIAGNOSTICIAN: ["diagnoses", "certificates"],
  ENTERPRISE: ["diagnoses", "results", "supply"],
  FILLER: ["diagnoses"],
  GROUP: ["coverage", "diagnoses"],
  MARKER: ["selection"],
  OPERATOR: ["rules", "directory"],
  PARK: ["coverage", "campaigns"],
  PARTNER: ["webhooks", "results"],
  PROVIDER: ["diagnoses", "ratings"],
  READER: ["diagnoses"],
  REPORTING_UNIT: ["coverage", "campaigns"],
  REVIEWER: ["diagnoses"],
  SAMPLER: ["diagnoses"],
  SUBDISTRICT: ["coverage", "campaigns"],
  SUPPLIER: ["supply"],
  SUPPORT: ["coverage", "duties"],
};

/** Roles whose first page counts what waits for them; of the others nothing is said to wait or not. */
const COUNTED: Viewer["role"][] = ["CONFIRMER", "DEPARTMENT_FILLER", "DIAGNOSTICIAN", "ENTERPRISE", "FILLER", "PROVIDER", "SUPPLIER", "SUPPORT"];

/** Nothing waits for the reader: where to go instead, and of the operator where that work is done. */
export function Nothing() {
  const words = useWords();
  const { role } = useViewer().viewer;
  return (
    <Empty description={<>{role === "OPERATOR" && <p>{words.home.operator}</p>}{COUNTED.includes(role) ? words.home.nothing : words.home.elsewhere}</>}>
      <Space wrap>{(INSTEAD[role] ?? []).map((one) => <Link key={one} to={`/${one}`}>{words.nav[one]}</Link>)}</Space>
    </Empty>
  );
}
