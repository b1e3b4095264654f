// Charts: drawn by Vega when the reader comes near, in the colours of the theme.

const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();

const chartConfig = () => {
  const [text, quiet, grid] = [colour("--text"), colour("--quiet"), colour("--grid")];
  const heat = [colour("--heat-low"), colour("--heat-high")];
  return {
    background: "transparent",
    font: getComputedStyle(document.body).fontFamily,
    view: { stroke: null },
    axis: {
      labelColor: quiet, titleColor: quiet, titleFontWeight: "normal", gridColor: grid,
      domainColor: grid, tickColor: grid, labelFontSize: 12, titleFontSize: 12, labelLimit: 160,
    },
    header: { labelColor: text, labelFontSize: 12 },
    legend: { labelColor: text, titleColor: quiet, titleFontWeight: "normal", labelFontSize: 12, labelLimit: 220 },
    range: {
      category: Array.from({ length: 12 }, (_, index) => colour(`--c${index}`)), ramp: heat, heatmap: heat,
    },
    rule: { color: quiet },
    errorband: { opacity: 0.25 },
    errorbar: { rule: { color: text }, ticks: { color: text } },
    style: {
      onPale: { color: text }, onHeat: { color: colour("--on-heat") }, quiet: { color: quiet, stroke: quiet },
      halo: { color: colour("--ground"), stroke: colour("--ground"), strokeWidth: 5, strokeJoin: "round" },
    },
  };
};

// Rows of curves: one for each epoch of each run.
const rowsOf = ({ series: name, entries }) =>
  series[name].flatMap(({ point, repeat, epoch, ...columns }) =>
    epoch.map((e, index) => ({
      p: entries[point], k: points[name][point].name, h: point, r: repeat, e,
      ...Object.fromEntries(Object.entries(columns).map(([field, values]) => [field, values[index]])),
    })));

const drawn = new Map();

// By experiment, where its table is filtered: the points that are shown, which its charts show alone.
const shownPoints = new Map();

const experimentOf = (element) => element.dataset.chart.split("-")[0];

const keepShown = (spec, shown) => {
  const keep = (rows) => rows.filter(({ h }) => h === undefined || shown.has(h));
  if (spec.data.values) spec.data.values = keep(spec.data.values);
  if (spec.datasets) spec.datasets.epochs = keep(spec.datasets.epochs);
};

const fillSpec = (element) => {
  const spec = structuredClone(specs[element.dataset.chart]);
  const { series: name, facetWidth } = spec.usermeta ?? {};
  if (name) spec.datasets = { epochs: rowsOf(spec.usermeta) };
  if (facetWidth) spec.columns = Math.max(1, Math.floor(element.clientWidth / facetWidth));
  const shown = shownPoints.get(experimentOf(element));
  if (shown) keepShown(spec, shown);
  return spec;
};

// Expressions are interpreted (`ast`), since the page's security policy allows no eval.
const draw = async (element) => {
  drawn.get(element)?.finalize();
  drawn.set(element, undefined);
  const options = {
    ast: true, actions: false, renderer: "svg", defaultStyle: false, mode: "vega-lite",
    config: chartConfig(), tooltip: { disableDefaultStyle: true, theme: root.dataset.theme ?? "light" },
  };
  try {
    const result = await vegaEmbed(element, fillSpec(element), options);
    drawn.set(element, result);
    element.classList.add("done");
    result.view.addEventListener("click", (event, item) => {
      if (item?.datum?.h !== undefined) location.hash = `#${experimentOf(element)}p${item.datum.h}`;
    });
  } catch (error) {
    element.textContent = "This chart could not be drawn; its figures are in the tables.";
    console.error(element.dataset.chart, error);
  }
};

const charts = [...document.querySelectorAll("[data-chart]")];
const observer = new IntersectionObserver(
  (entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
    observer.unobserve(target);
    draw(target);
  }),
  { rootMargin: "600px" },
);
charts.forEach((chart) => observer.observe(chart));

// The rows of a table of points lead to them: #e1p20.
let redrawing;
document.addEventListener("filtered", ({ target, detail: isFiltered }) => {
  const places = [...target.tBodies[0].rows].filter((row) => !row.hidden)
    .map((row) => /^#(e\d+)p(\d+)$/.exec(row.querySelector("th a")?.getAttribute("href") ?? ""));
  const experiment = target.closest("section")?.getAttribute("aria-labelledby");
  if (places.some((place) => !place)) return; // no table of points
  if (isFiltered) shownPoints.set(experiment, new Set(places.map((place) => Number(place[2]))));
  else shownPoints.delete(experiment);
  clearTimeout(redrawing);
  redrawing = setTimeout(() => [...drawn.keys()].filter((each) => experimentOf(each) === experiment).forEach(draw), 250);
});

const redraw = () => [...drawn.keys()].forEach(draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("beforeprint", () => charts.filter((chart) => !drawn.has(chart)).forEach(draw));
