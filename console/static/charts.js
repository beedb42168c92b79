// Charts of the console (templates/console/charts.html). The figures also stand in tables: this only draws them.
"use strict";

const charts = new Map();
const short = (label) => (label.length > 12 ? `${label.slice(0, 11)}…` : label);
const category = (labels, fontSize) => (
  { type: "category", inverse: true, data: labels.map(short), axisTick: { show: false }, axisLabel: { fontSize } });

// For each kind of chart its height in rem, and what echarts makes of the figures.
const KINDS = {
  // One bar for each label, with its count and share beside it; a count that is hidden is null.
  bars({ labels, counts, shares }) {
    const said = (at) => (counts[at] === null ? "—" : `${counts[at].toLocaleString("en-US")}（${((shares[at] ?? 0) * 100).toFixed(1)}%）`);
    return [Math.max(6, labels.length * 2.2 + 2), {
      grid: { left: 8, right: 110, top: 8, bottom: 8, containLabel: true },
      xAxis: { type: "value", minInterval: 1, axisLabel: { show: false }, splitLine: { show: false } },
      yAxis: category(labels, 14),
      series: [{
        type: "bar",
        barMaxWidth: 22,
        itemStyle: { color: "#206bc4" },
        data: counts.map((count) => count ?? 0),
        label: { show: true, position: "right", fontSize: 13, formatter: ({ dataIndex }) => said(dataIndex) },
      }],
    }];
  },
  // One bar for each row, cut by the shares of the options.
  shares({ options, rows }) {
    const shown = rows.slice(0, 30);
    return [Math.max(10, shown.length * 2 + 5), {
      color: ["#206bc4", "#4ab58e", "#f59f00", "#d6457a", "#7a5cd6", "#17a2b8", "#8a6d3b", "#6c7a89", "#b5c334", "#e76f51", "#264653"],
      legend: { type: "scroll", top: 0, data: options.map(short) },
      grid: { left: 8, right: 24, top: 44, bottom: 8, containLabel: true },
      tooltip: { trigger: "item", valueFormatter: (value) => (value === null ? "—" : `${value.toFixed(1)}%`) },
      xAxis: { type: "value", max: ({ max }) => (max < 100.5 ? 100 : null), axisLabel: { formatter: "{value}%" } },
      yAxis: category(shown.map((row) => row.name), 13),
      series: options.map((label, option) => ({
        name: short(label),
        type: "bar",
        stack: "all",
        barMaxWidth: 22,
        data: shown.map((row) => (row.shares[option] === null ? null : row.shares[option] * 100)),
      })),
    }];
  },
};

function draw(place, figures) {
  let kept = charts.get(place.id);
  if (!kept || kept.getDom() !== place) {
    if (kept) kept.dispose();
    kept = echarts.init(place, null, { renderer: "canvas" });
    charts.set(place.id, kept);
  }
  const [height, option] = KINDS[place.dataset.chart](figures);
  place.style.height = `${height}rem`;
  kept.resize();
  kept.setOption({ animationDuration: 300, ...option });
}

async function look() {
  const places = [...document.querySelectorAll("[data-chart]")];
  // Charts of one page have one source.
  for (const source of new Set(places.map((place) => place.dataset.source))) {
    const answer = await fetch(source, { headers: { Accept: "application/json" } });
    if (!answer.ok) continue;
    const found = await answer.json();
    for (const place of places.filter((each) => each.dataset.source === source)) {
      const figures = place.dataset.code ? found.questions.find((each) => each.code === place.dataset.code) : found;
      if (figures) draw(place, figures);
    }
  }
}

look();
document.addEventListener("htmx:afterSettle", look);
window.addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
