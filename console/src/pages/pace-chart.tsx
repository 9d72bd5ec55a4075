import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useMemo } from "react";

import { useChart } from "../chart";

echarts.use([LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

interface Drawn {
  days: readonly { day: string; diagnosed: number }[];
  day: string;
  until: string;
  diagnosed: number;
  target: number | null;
  forecast: { mean: string; low: string; high: string } | null;
  names: { title: string; diagnosed: string; target: string; forecast: string; low: string; high: string };
}

/** Firms diagnosed by day, and from today to the end of the year where the pace leads, between the ends of its interval. */
export function PaceChart({ days, day, until, diagnosed, target, forecast, names }: Drawn) {
  const box = useChart(useMemo(() => {
    const ahead = (name: string, end: string, type: "dashed" | "dotted", color: string) => ({ name, type: "line", showSymbol: false, lineStyle: { type, color }, itemStyle: { color }, data: [[day, diagnosed], [until, Number(end)]] });
    return {
      legend: { bottom: 0 },
      tooltip: { trigger: "axis" },
      grid: { left: 48, right: 24, top: 24, bottom: 64 },
      xAxis: { type: "time", max: until, axisLabel: { formatter: "{yyyy}-{MM}", hideOverlap: true } },
      yAxis: { type: "value", minInterval: 1 },
      series: [
        { name: names.diagnosed, type: "line", step: "end", showSymbol: false, lineStyle: { color: "#3d7fe0" }, itemStyle: { color: "#3d7fe0" }, areaStyle: { opacity: 0.12 }, data: [...days.map((one) => [one.day, one.diagnosed]), [day, diagnosed]] },
        ...(forecast ? [ahead(names.forecast, forecast.mean, "dashed", "#3d7fe0"), ahead(names.low, forecast.low, "dotted", "#8c8c8c"), ahead(names.high, forecast.high, "dotted", "#8c8c8c")] : []),
        ...(target === null ? [] : [{ name: names.target, type: "line", showSymbol: false, lineStyle: { color: "#d46b08" }, itemStyle: { color: "#d46b08" }, data: [[days[0]?.day ?? day, target], [until, target]] }]),
      ],
    };
  }, [days, day, until, diagnosed, target, forecast, names]));
  return <div ref={box} className="chart" role="img" aria-label={names.title} />;
}
