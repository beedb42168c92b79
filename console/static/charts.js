// Charts of the console (templates/console/charts.html): draws the figures that stand in the page, exchanges a picture
// for its table, stores a card as a picture. Without it the tables stand there.
"use strict";

const drawn = new Map();
// What somebody looks at, kept when a part of the page is fetched anew.
const asTable = new Set();
const unfolded = new Set();
const styles = getComputedStyle(document.documentElement);
const token = (name) => styles.getPropertyValue(`--${name}`).trim();
// Pixels for each point of a picture: sharp on paper.
const SCALE = 2;
const HEAT = ["#f1f6fc", "#b9d4f3", "#6ea5e4", "#2f74d0", "#0b4a9b"];

const short = (label) => (label.length > 12 ? `${label.slice(0, 11)}…` : label);
const figure = (value, unit) => {
  if (value === null || value === undefined) return "—";
  if (unit === "%") return `${(value * 100).toFixed(1)}%`;
  return value.toLocaleString("en-US", { maximumFractionDigits: 1 });
};

const letters = () => ({ fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, color: token("muted") });
const category = (labels, more) => ({
  type: "category",
  data: labels,
  axisLine: { lineStyle: { color: token("line-strong") } },
  axisTick: { show: false },
  axisLabel: letters(),
  ...more,
});
const amount = (unit, more) => ({
  type: "value",
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: { ...letters(), formatter: (value) => (unit === "%" ? `${Math.round(value * 100)}%` : value.toLocaleString("en-US")) },
  splitLine: { lineStyle: { color: token("line") } },
  minInterval: unit === "" ? 1 : undefined,
  splitNumber: 4,
  ...more,
});

const colour = (series, at) => token(series.shades[at] ?? series.shade);

function column(series, { stacked, labels }) {
  return {
    name: series.name,
    type: "bar",
    stack: stacked ? "all" : undefined,
    barMaxWidth: 28,
    barGap: "15%",
    itemStyle: { color: ({ dataIndex }) => colour(series, dataIndex), borderRadius: stacked ? 0 : [3, 3, 0, 0] },
    label: {
      show: series.labelled && labels.length <= 16,
      position: "top",
      fontSize: 12,
      lineHeight: 15,
      color: token("text"),
      formatter: ({ dataIndex }) => series.texts[dataIndex] ?? figure(series.values[dataIndex], series.unit),
    },
    data: series.values,
  };
}

function line(series, target) {
  const measured = series.values.filter((value) => value !== null);
  const last = series.values.findLastIndex((value) => value !== null);
  const highest = series.values.indexOf(Math.max(...measured));
  const said = new Set([last, Math.abs(last - highest) > 1 ? highest : last]);
  return {
    name: series.name,
    type: "line",
    z: 3,
    symbol: "circle",
    symbolSize: 5,
    lineStyle: { width: 2, color: token(series.shade) },
    itemStyle: { color: token(series.shade) },
    label: {
      show: true,
      position: "top",
      fontWeight: 600,
      color: token("ink"),
      formatter: ({ dataIndex }) => (said.has(dataIndex) ? figure(series.values[dataIndex], series.unit) : ""),
    },
    markLine: target ? {
      silent: true,
      symbol: "none",
      lineStyle: { color: token("ink"), type: "dashed", width: 1 },
      label: { formatter: target.word, position: "end", color: token("text"), fontSize: 12 },
      data: [{ yAxis: target.value }],
    } : undefined,
    data: series.values,
  };
}

const backdrop = (series) => ({
  name: series.name,
  type: "bar",
  barMaxWidth: 28,
  silent: true,
  itemStyle: { color: token("line") },
  // A figure of nothing would lie on the axis.
  label: { show: series.labelled && series.values.length <= 16, position: "insideTop", color: token("muted"), fontSize: 11, formatter: ({ value }) => (value ? figure(value, series.unit) : "") },
  data: series.values,
});

// What echarts makes of the figures of each kind, and the height in rem where it depends on them.
const KINDS = {
  // Columns and lines over days, weeks or months; an axis for each unit, and a target as a line across.
  time(figures) {
    const { labels, series, target } = figures;
    const shown = series.filter((each) => each.shape !== "backdrop");
    const units = [...new Set(shown.map((each) => each.unit))];
    const axes = units.map((unit, at) => {
      const isLines = shown.every((each) => each.unit !== unit || each.shape === "line");
      // Columns begin at 0; a line alone may begin higher.
      const scale = isLines && units.length === 1;
      const least = Math.min(target?.value ?? Infinity, ...shown.flatMap((each) => each.values.filter((value) => value !== null)));
      const step = least > 0.8 ? 0.04 : least > 0.5 ? 0.1 : 0.25;
      return amount(unit, {
        position: at ? "right" : "left",
        splitLine: { show: at === 0, lineStyle: { color: token("line") } },
        scale,
        min: scale && unit === "%" && Number.isFinite(least) ? Math.max(0, (Math.ceil(least / step) - 1) * step) : scale ? undefined : 0,
        max: unit === "%" ? 1 : undefined,
        interval: unit === "%" ? (scale ? step : 0.25) : undefined,
      });
    });
    axes.push({ type: "value", show: false, max: ({ max }) => max * 4 });
    const hasLines = shown.some((each) => each.shape === "line");
    return [null, {
      grid: { left: 8, right: target ? 64 : 12, top: 28, bottom: 4, containLabel: true },
      tooltip: { trigger: "axis", axisPointer: { type: "line" } },
      xAxis: category(labels),
      yAxis: axes,
      series: series.map((each) => {
        if (each.shape === "backdrop") return { ...backdrop(each), yAxisIndex: axes.length - 1 };
        const how = each.shape === "line" ? line(each, target) : column(each, figures);
        const more = target && !hasLines && each === shown[0] ? { markLine: line(each, target).markLine } : {};
        return { ...how, ...more, yAxisIndex: units.indexOf(each.unit), tooltip: { valueFormatter: (value) => figure(value, each.unit) } };
      }),
    }];
  },

  // Columns side by side with their figures on them, so that no axis of figures is needed.
  histogram({ labels, series }) {
    const two = series.some((each) => each.texts.some((text) => text.includes("\n")));
    return [null, {
      grid: { left: 8, right: 8, top: two ? 40 : 24, bottom: 4, containLabel: true },
      xAxis: category(labels, { axisLabel: { ...letters(), interval: 0, hideOverlap: true } }),
      yAxis: amount("", { show: false }),
      series: series.map((each) => ({
        ...column({ ...each, labelled: true }, { labels }),
        barMaxWidth: undefined,
        barCategoryGap: each.shades.length ? "44%" : "5%",
      })),
    }];
  },

  // A square for each label (across) and series (down), the darker the more.
  heat({ labels, series }) {
    const most = Math.max(1, ...series.flatMap((each) => each.values.map((value) => value ?? 0)));
    const cells = series.flatMap((each, y) => each.values.map((value, x) => [x, y, value ?? 0]));
    return [null, {
      grid: { left: 8, right: 8, top: 4, bottom: 4, containLabel: true },
      tooltip: { formatter: ({ value: [x, y, count] }) => `${series[y].name} ${labels[x]}：${figure(count)}` },
      xAxis: category(labels, { axisLine: { show: false } }),
      yAxis: category(series.map((each) => each.name), { inverse: true, axisLine: { show: false } }),
      visualMap: { show: false, min: 0, max: most, inRange: { color: HEAT } },
      series: [{
        type: "heatmap",
        data: cells,
        itemStyle: { borderColor: token("paper"), borderWidth: 2, borderRadius: 3 },
        label: { show: window.innerWidth >= 640, fontSize: 11 },
      }],
    }];
  },

  // One bar for each label, cut by the shares of the series.
  shares({ labels, series }) {
    const shown = labels.slice(0, 30);
    return [Math.max(8, shown.length * 2 + 2), {
      grid: { left: 8, right: 24, top: 8, bottom: 8, containLabel: true },
      tooltip: { trigger: "item", valueFormatter: (value) => figure(value, "%") },
      xAxis: { ...amount("%"), max: ({ max }) => (max < 1.005 ? 1 : null) },
      yAxis: category(shown.map(short), { inverse: true }),
      series: series.map((each) => ({ ...column(each, { stacked: true, labels }), barMaxWidth: 22, data: each.values.slice(0, 30) })),
    }];
  },
};

function draw(place) {
  const source = document.getElementById(`${place.dataset.chart}-figures`);
  if (!source || typeof echarts === "undefined") return;
  place.parentElement.classList.add("is_drawn");
  let kept = drawn.get(place.id);
  if (!kept || kept.chart.getDom() !== place) {
    kept?.chart.dispose();
    kept = { chart: echarts.init(place, null, { renderer: "canvas", devicePixelRatio: Math.max(SCALE, window.devicePixelRatio) }), said: "" };
    drawn.set(place.id, kept);
  }
  if (kept.said === source.textContent) return;
  kept.said = source.textContent;
  const figures = JSON.parse(kept.said);
  const [height, option] = KINDS[figures.kind](figures);
  if (height) place.style.height = `${height}rem`;
  kept.chart.resize();
  kept.chart.setOption({
    animation: false,
    textStyle: letters(),
    ...option,
    // Drawn on the canvas: the pages' policy forbids the styles of a tooltip made of HTML.
    tooltip: { renderMode: "richText", confine: true, textStyle: { color: token("text"), fontSize: 12 }, borderColor: token("line-strong"), padding: [6, 10], ...option.tooltip },
  }, true);
}

function show(card, what) {
  card.classList.toggle("shows_table", what === "table");
  card.querySelectorAll("[data-show]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.show === what)));
  if (what === "table") asTable.add(card.id); else asTable.delete(card.id);
  for (const { chart } of drawn.values()) if (card.contains(chart.getDom()) && what !== "table") chart.resize();
}

// ---- a card as a picture: what is seen of it, painted on a canvas. Libraries that do it need frames and inline styles,
// which the pages' policy forbids.
const UNSEEN = ".tools, .visually-hidden, script, form, .btn, input, select, summary";

function lines(text) {
  const range = document.createRange();
  const found = [];
  for (let at = 0; at < text.length; at += 1) {
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    const box = range.getClientRects()[0];
    if (!box || !box.width) continue;
    const last = found.at(-1);
    if (last && Math.abs(last.top - box.top) < 2) last.said += text.data[at];
    else found.push({ said: text.data[at], left: box.left, top: box.top, height: box.height });
  }
  return found;
}

function drawing(svg, box) {
  const copy = svg.cloneNode(true);
  const from = [svg, ...svg.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((each, at) => {
    const style = getComputedStyle(from[at]);
    for (const name of ["fill", "stroke", "stroke-width", "font-size", "font-weight", "font-family"]) each.setAttribute(name, style.getPropertyValue(name));
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", box.width);
  copy.setAttribute("height", box.height);
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  return picture.decode().then(() => picture);
}

async function paint(pen, element) {
  if (element.matches(UNSEEN) || !element.checkVisibility()) return;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  if (style.backgroundColor !== "rgba(0, 0, 0, 0)") {
    pen.fillStyle = style.backgroundColor;
    pen.fillRect(box.left, box.top, box.width, box.height);
  }
  if (element instanceof SVGSVGElement) {
    pen.drawImage(await drawing(element, box), box.left, box.top, box.width, box.height);
    return;
  }
  if (element instanceof HTMLCanvasElement) {
    pen.drawImage(element, box.left, box.top, box.width, box.height);
    return;
  }
  if (element.matches(".chart-table") && box.width <= 1) return;
  for (const child of element.childNodes) {
    if (child.nodeType === Node.ELEMENT_NODE) await paint(pen, child);
    else if (child.nodeType === Node.TEXT_NODE) {
      pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      pen.fillStyle = style.color;
      pen.textBaseline = "middle";
      for (const { said, left, top, height } of lines(child)) pen.fillText(said, left, top + height / 2);
    }
  }
}

async function save(card) {
  const box = card.getBoundingClientRect();
  const sheet = document.createElement("canvas");
  sheet.width = Math.ceil(box.width * SCALE);
  sheet.height = Math.ceil(box.height * SCALE);
  const pen = sheet.getContext("2d");
  pen.scale(SCALE, SCALE);
  pen.translate(-box.left, -box.top);
  await paint(pen, card);
  const titles = [document.querySelector("h1"), card.querySelector("h2, h3")].map((each) => each?.firstChild?.textContent.trim());
  const content = await new Promise((resolve) => { sheet.toBlob(resolve, "image/png"); });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = `${titles.filter(Boolean).join("_").replace(/[\\/:*?"<>|\s]+/g, " ").slice(0, 80)}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function look() {
  document.querySelectorAll("[data-chart]").forEach(draw);
  document.querySelectorAll(".chart-tools[hidden]").forEach((each) => { each.hidden = false; });
  unfolded.forEach((id) => { const fold = document.getElementById(id); if (fold) fold.open = true; });
  asTable.forEach((id) => { const card = document.getElementById(id); if (card) show(card, "table"); });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show], [data-save]");
  const card = button?.closest(".chart-card");
  if (!card) return;
  if ("save" in button.dataset) save(card); else show(card, button.dataset.show);
});
document.addEventListener("toggle", ({ target }) => {
  if (!target.id || !target.closest(".chart-card")) return;
  if (target.open) unfolded.add(target.id); else unfolded.delete(target.id);
}, true);
look();
document.addEventListener("htmx:afterSettle", look);
window.addEventListener("resize", () => drawn.forEach(({ chart }) => chart.resize()));
