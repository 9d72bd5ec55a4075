import { Grid, Select, Tabs } from "antd";
import type { ReactNode } from "react";

/** The parts of a page as tabs, on a phone as a list to choose from. Only what chooses differs: a part stays as it is, with what was typed in it, when its window is made narrow or wide. */
export function Parts({ title, at, go, parts }: { title: string; at: string; go: (part: string) => void; parts: { key: string; label: string; children: ReactNode }[] }) {
  const wide = Grid.useBreakpoint().md ?? true;
  const list = () => <Select aria-label={title} value={at} onChange={go} options={parts.map((one) => ({ value: one.key, label: one.label }))} style={{ width: "100%", marginBottom: 16 }} />;
  return <Tabs activeKey={at} onChange={go} destroyOnHidden items={parts} renderTabBar={wide ? undefined : list} />;
}
