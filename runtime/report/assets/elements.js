// What the other parts share: the page's data, and how elements are made.
const root = document.documentElement;
const { specs, series, points, texts } = JSON.parse(document.getElementById("data").textContent);

// make("button", { class: "menu", type: "button" }, "Copy"): texts are texts, never HTML.
const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

const makeButton = (text, action, attributes = {}) => {
  const button = make("button", { type: "button", ...attributes }, text);
  button.addEventListener("click", action);
  return button;
};

// A table as the page's own are; each row is a list of cells, texts or elements.
const makeTable = (caption, columns, rows, tools = false) => {
  const numeric = columns.map(([, kind]) => kind === "n");
  const cell = (value, column) => {
    const element = make(column ? "td" : "th", numeric[column] ? { class: "n" } : {}, value ?? "");
    if (!column) element.scope = "row";
    return element;
  };
  const table = make("table", tools ? { class: "tools" } : {},
    make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...columns.map(([name, kind]) =>
      make("th", { scope: "col", ...(kind === "n" ? { class: "n" } : {}) }, name)))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map(cell)))));
  const box = make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": caption }, table);
  return box;
};
