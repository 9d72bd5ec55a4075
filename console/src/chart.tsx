import { theme } from "antd";
import * as echarts from "echarts/core";
import { useEffect, useRef } from "react";

/** A chart in the box that the reference is given to, as wide as its page and in its colours; charts are registered by who draws them. */
export function useChart(option: echarts.EChartsCoreOption) {
  const dark = theme.useToken().token.colorBgContainer !== "#ffffff";
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    const chart = echarts.init(box.current, dark ? "dark" : undefined);
    chart.setOption({ backgroundColor: "transparent", ...option });
    const resize = new ResizeObserver(() => chart.resize());
    resize.observe(box.current);
    return () => {
      resize.disconnect();
      chart.dispose();
    };
  }, [option, dark]);
  return box;
}
