// A small live chart of one reading over time.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { dark } from "../state/theme";
import { t } from "../text/t";

export interface Point {
  at: number; // seconds
  value: number;
}

const HEIGHT = 180;

export function Chart(props: { points: Point[]; unit: string; title: string }): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const isDark = dark.value;
  useEffect(() => {
    const box = ref.current;
    if (!box) return undefined;
    const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const axis = { stroke: colour("--ink-2"), grid: { stroke: colour("--rule"), width: 1 }, ticks: { stroke: colour("--rule"), width: 1 }, font: "12px system-ui" };
    const made = new UPlot(
      {
        width: Math.max(200, box.clientWidth),
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: { y: { range: (_u, _low, high) => [0, Math.max(1, high * 1.15)] } },
        axes: [axis, { ...axis, size: 56, values: (_u, values) => values.map((value) => `${value} ${props.unit}`) }],
        series: [{}, { stroke: colour("--accent"), width: 2, points: { show: true, size: 5 } }],
      },
      [[], []],
      box,
    );
    plot.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: Math.max(200, box.clientWidth), height: HEIGHT }));
    watcher.observe(box);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [isDark, props.unit]);
  useEffect(() => {
    plot.current?.setData([props.points.map((point) => point.at), props.points.map((point) => point.value)]);
  }, [props.points, isDark]);
  const last = props.points[props.points.length - 1];
  const words = last ? t("{title}: {value} {unit} now", { title: props.title, value: last.value.toFixed(1), unit: props.unit }) : props.title;
  return <div ref={ref} class="chart" role="img" aria-label={words} />;
}
