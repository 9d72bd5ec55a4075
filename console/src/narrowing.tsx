import { Select } from "antd";

import type { Names } from "./gql/enum-names";
import { useNames } from "./language";

/** The values of an enumeration that a list is narrowed to; none chosen = all. */
export function Narrowing<V extends string>({ label, names, only, chosen, choose }: { label: string; names: Names; only?: readonly string[]; chosen: V[]; choose: (chosen: V[]) => void }) {
  const name = useNames();
  const options = Object.keys(names).filter((value) => !only || only.includes(value)).map((value) => ({ value: value as V, label: name(names, value) }));
  return <Select<V[]> mode="multiple" allowClear className="grow" placeholder={label} aria-label={label} value={chosen} onChange={choose} showSearch={{ optionFilterProp: "label" }} options={options} />;
}
