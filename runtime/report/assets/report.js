// What the page does beyond its text: sorts and filters tables, draws the charts, switches the theme.
// Without it the page still holds every figure.
"use strict";
(() => {
  const root = document.documentElement;
  const { specs, data } = JSON.parse(document.getElementById("charts").textContent);

  // Tables

  const rawValue = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value ?? cell.textContent.trim();
  };

  // Cells without a number come last in both directions.
  const sortRows = (table, column, numeric, ascending) => {
    const sign = ascending ? 1 : -1;
    const compare = (a, b) => {
      const [x, y] = [rawValue(a, column), rawValue(b, column)];
      if (!numeric) return sign * x.localeCompare(y, undefined, { numeric: true });
      const [p, q] = [x, y].map((text) => (text === "" ? NaN : Number(text)));
      if (Number.isNaN(p) || Number.isNaN(q)) return Number.isNaN(p) - Number.isNaN(q);
      return sign * (p - q);
    };
    const body = table.tBodies[0];
    body.append(...[...body.rows].sort(compare));
  };

  const makeSortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const numeric = head.classList.contains("n");
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const before = head.getAttribute("aria-sort");
        const ascending = before ? before === "descending" : !numeric;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        sortRows(table, column, numeric, ascending);
      });
    });
  };

  const makeFilterable = (table) => {
    if (table.tBodies[0].rows.length < 13) return;
    const input = document.createElement("input");
    input.type = "search";
    input.className = "filter";
    input.placeholder = "Filter rows";
    input.setAttribute("aria-label", "Show only the rows that hold every one of these words");
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/);
      for (const row of table.tBodies[0].rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
    });
    table.parentElement.before(input);
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    makeSortable(table);
    makeFilterable(table);
  }

  // Charts

  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();

  const chartConfig = () => {
    const [text, quiet, grid] = [colour("--text"), colour("--quiet"), colour("--grid")];
    return {
      background: "transparent",
      font: getComputedStyle(document.body).fontFamily,
      view: { stroke: null },
      axis: {
        labelColor: quiet, titleColor: quiet, titleFontWeight: "normal", gridColor: grid,
        domainColor: grid, tickColor: grid, labelFontSize: 12, titleFontSize: 12, labelLimit: 160,
      },
      legend: { labelColor: text, titleColor: quiet, titleFontWeight: "normal", labelFontSize: 12, labelLimit: 220 },
      range: {
        category: Array.from({ length: 12 }, (_, index) => colour(`--c${index}`)),
        ramp: [colour("--heat-low"), colour("--heat-high")],
        heatmap: [colour("--heat-low"), colour("--heat-high")],
      },
      rule: { color: quiet },
      style: { onPale: { color: text }, onHeat: { color: colour("--on-heat") } },
    };
  };

  const drawn = new Map();

  // Expressions are interpreted (`ast`), since the page's security policy allows no eval.
  const draw = async (element) => {
    drawn.get(element)?.finalize();
    drawn.set(element, undefined);
    const options = {
      ast: true, actions: false, renderer: "svg", defaultStyle: false, mode: "vega-lite",
      config: chartConfig(), tooltip: { disableDefaultStyle: true, theme: root.dataset.theme ?? "light" },
    };
    const spec = specs[element.dataset.chart];
    const shared = spec.data.name ? { datasets: { [spec.data.name]: data[spec.data.name] } } : {};
    try {
      drawn.set(element, await vegaEmbed(element, { ...spec, ...shared }, options));
      element.classList.add("done");
    } catch (error) {
      element.textContent = "This chart could not be drawn; its figures are in the table below.";
      console.error(element.dataset.chart, error);
    }
  };

  // The first charts at once, those further down when the reader comes near.
  const charts = [...document.querySelectorAll("[data-chart]")];
  const observer = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
      observer.unobserve(target);
      draw(target);
    }),
    { rootMargin: "600px" },
  );
  const atOnce = 6;
  charts.slice(0, atOnce).forEach(draw);
  charts.slice(atOnce).forEach((chart) => observer.observe(chart));

  const redraw = () => [...drawn.keys()].forEach(draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

  addEventListener("beforeprint", () => charts.filter((chart) => !drawn.has(chart)).forEach(draw));

  // Theme: as the system says, until the reader chooses

  const names = { auto: "Theme: system", light: "Theme: light", dark: "Theme: dark" };
  const button = document.createElement("button");
  button.type = "button";
  button.className = "theme";
  let theme = "auto";
  const showTheme = () => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    button.textContent = names[theme];
  };
  button.addEventListener("click", () => {
    const order = Object.keys(names);
    theme = order[(order.indexOf(theme) + 1) % order.length];
    showTheme();
    redraw();
  });
  document.querySelector("header").firstElementChild.after(button);
  showTheme();
})();
