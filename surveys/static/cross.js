// The chart of a cross-tab: for each group one bar, cut by share. The figures also stand in the table.
"use strict";

async function drawCross() {
  const place = document.getElementById("cross");
  if (!place) return;
  const answer = await fetch(place.dataset.source, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { options, rows } = await answer.json();
  const short = (label, most) => (label.length > most ? `${label.slice(0, most - 1)}…` : label);
  const shown = rows.slice(0, 30);
  place.style.height = `${Math.max(10, shown.length * 2 + 5)}rem`;
  const chart = echarts.init(place, null, { renderer: "canvas" });
  chart.setOption({
    animationDuration: 300,
    color: ["#206bc4", "#4ab58e", "#f59f00", "#d6457a", "#7a5cd6", "#17a2b8", "#8a6d3b", "#6c7a89", "#b5c334", "#e76f51", "#264653"],
    legend: { type: "scroll", top: 0, data: options.map((label) => short(label, 12)) },
    grid: { left: 8, right: 24, top: 44, bottom: 8, containLabel: true },
    tooltip: { trigger: "item", valueFormatter: (value) => (value === null ? "—" : `${value.toFixed(1)}%`) },
    xAxis: { type: "value", max: ({ max }) => (max < 100.5 ? 100 : null), axisLabel: { formatter: "{value}%" } },
    yAxis: { type: "category", inverse: true, data: shown.map((row) => short(row.name, 12)), axisTick: { show: false }, axisLabel: { fontSize: 13 } },
    series: options.map((label, option) => ({
      name: short(label, 12),
      type: "bar",
      stack: "all",
      barMaxWidth: 22,
      data: shown.map((row) => (row.shares[option] === null ? null : row.shares[option] * 100)),
    })),
  });
  window.addEventListener("resize", () => chart.resize());
}

drawCross();
