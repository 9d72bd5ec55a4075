import { RadarChart } from "echarts/charts";
import { LegendComponent, RadarComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useMemo } from "react";

import { useChart } from "./chart";
import { useWords } from "./language";

echarts.use([RadarChart, RadarComponent, LegendComponent, TooltipComponent, SVGRenderer]);

/** Self-assessed beside verified scores of the dimensions, 0 to 100; the table below says the same in numbers. */
export function Radar({ dimensions }: { dimensions: { name: string; selfScore: string; verifiedScore: string }[] }) {
  const words = useWords();
  const box = useChart(useMemo(() => ({
    legend: { bottom: 0 },
    tooltip: {},
    radar: { indicator: dimensions.map((one) => ({ name: one.name, max: 100 })), radius: "62%" },
    series: [
      {
        type: "radar",
        data: [
          { name: words.fields.self, value: dimensions.map((one) => Number(one.selfScore)), lineStyle: { type: "dashed" } },
          { name: words.fields.verified, value: dimensions.map((one) => Number(one.verifiedScore)), areaStyle: { opacity: 0.2 } },
        ],
      },
    ],
  }), [dimensions, words]));
  return <div ref={box} className="chart" role="img" aria-label={words.case.radar} />;
}
