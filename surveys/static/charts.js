// The bars of a survey's live result. The figures also stand in tables: this only draws them.
"use strict";

const charts = new Map();

function draw(entry) {
  const place = document.getElementById(`chart-${entry.code}`);
  if (!place) return;
  let kept = charts.get(entry.code);
  if (!kept || kept.getDom() !== place) {
    if (kept) kept.dispose();
    kept = echarts.init(place, null, { renderer: "canvas" });
    charts.set(entry.code, kept);
  }
  place.style.height = `${Math.max(6, entry.labels.length * 2.2 + 2)}rem`;
  kept.resize();
  const short = (label) => (label.length > 12 ? `${label.slice(0, 11)}…` : label);
  kept.setOption({
    animationDuration: 300,
    grid: { left: 8, right: 110, top: 8, bottom: 8, containLabel: true },
    xAxis: { type: "value", minInterval: 1, axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: { type: "category", inverse: true, data: entry.labels.map(short), axisTick: { show: false }, axisLabel: { fontSize: 14 } },
    series: [{
      type: "bar",
      barMaxWidth: 22,
      itemStyle: { color: "#206bc4" },
      data: entry.counts.map((count) => count ?? 0),
      label: {
        show: true,
        position: "right",
        fontSize: 13,
        formatter: ({ dataIndex }) => (entry.counts[dataIndex] === null ? "—" : `${entry.counts[dataIndex].toLocaleString("en-US")}(${((entry.shares[dataIndex] ?? 0) * 100).toFixed(1)}%)`),
      },
    }],
  });
}

async function look() {
  const live = document.getElementById("live");
  if (!live) return;
  const answer = await fetch(live.dataset.charts, { headers: { Accept: "application/json" } });
  if (answer.ok) (await answer.json()).questions.forEach(draw);
}

look();
document.addEventListener("htmx:afterSettle", look);
window.addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
