// Shows the report in a frame, asks for changes, and puts a new report in the place of the old one as
// the reader left it: place, filters, order, columns, what is open, theme.
"use strict";

const frames = document.getElementById("frames");
const state = document.getElementById("state");
const between = 2000; // ms
let shown; // the frame in front
let version;

// What an element is found by in a later report, where experiments may have other numbers.
const keyOf = (element, text) =>
  `${element.closest("section")?.querySelector("h2")?.textContent ?? ""} ${text.replace(/^#?e\d+/, "")}`;

const keyed = (doc, selector, textOf) =>
  new Map([...doc.querySelectorAll(selector)].map((element) => [keyOf(element, textOf(element)), element]));

const tablesOf = (doc) => keyed(doc, "table.tools", (table) => table.caption.textContent);
const detailsOf = (doc) =>
  keyed(doc, "details:not(.menu)", (details) => details.id || details.querySelector("summary").textContent);
const placesOf = (doc) => keyed(doc, "[id], [data-chart]", (place) => place.id || place.dataset.chart);

const barOf = (table) => table.closest(".scroll").previousElementSibling;
const filterOf = (table) => barOf(table).querySelector("input.filter");
const headsOf = (table) => [...table.tHead.rows[0].cells];
const columnsOf = (table) =>
  new Map([...barOf(table).querySelectorAll("label")].map((label) => [label.textContent, label.firstChild]));

// The last thing with a name above the top of the window, and how far; nothing at the top of the page.
const anchorOf = (doc) => {
  let anchor;
  if (doc.defaultView.scrollY === 0) return undefined;
  for (const [key, place] of placesOf(doc)) {
    const { top, height } = place.getBoundingClientRect();
    if (height && top <= 1) anchor = { key, top };
  }
  return anchor;
};

const scrollToAnchor = (doc, anchor) => {
  const place = anchor && placesOf(doc).get(anchor.key);
  if (place) doc.defaultView.scrollBy(0, place.getBoundingClientRect().top - anchor.top);
};

// What has the focus: the filter of a table, or the head of details.
const focusOf = (doc) => {
  for (const [key, table] of tablesOf(doc)) if (filterOf(table) === doc.activeElement) return (next) => filterOf(tablesOf(next).get(key));
  for (const [key, details] of detailsOf(doc))
    if (details.firstElementChild === doc.activeElement) return (next) => detailsOf(next).get(key).firstElementChild;
  return () => undefined;
};

const remember = (doc) => ({
  theme: doc.documentElement.dataset.theme,
  open: [...detailsOf(doc)].filter(([, details]) => details.open).map(([key]) => key),
  tables: [...tablesOf(doc)].map(([key, table]) => ({
    key,
    filter: filterOf(table)?.value,
    sorted: headsOf(table).map((head) => head.getAttribute("aria-sort")),
    columns: [...columnsOf(table)].map(([name, box]) => [name, box.checked]),
  })),
});

const restoreTable = (table, { filter, sorted, columns }) => {
  const boxes = columnsOf(table);
  for (const [name, checked] of columns) if (boxes.has(name) && boxes.get(name).checked !== checked) boxes.get(name).click();
  headsOf(table).forEach((head, place) => {
    for (let tries = 0; sorted[place] && head.getAttribute("aria-sort") !== sorted[place] && tries < 2; ++tries)
      head.querySelector("button").click();
  });
  const field = filterOf(table);
  if (!filter || !field) return;
  field.value = filter;
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

const restore = async (doc, old) => {
  const button = doc.querySelector("button.theme");
  for (let tries = 0; tries < 3 && doc.documentElement.dataset.theme !== old.theme; ++tries) button.click();
  const details = detailsOf(doc);
  for (const key of old.open) if (details.has(key)) details.get(key).open = true;
  await new Promise((done) => setTimeout(done)); // what opens fills itself
  const tables = tablesOf(doc);
  for (const each of old.tables) if (tables.has(each.key)) restoreTable(tables.get(each.key), each);
};

// Charts in sight are drawn, or a second and a half has passed.
const drawn = async (doc) => {
  const inSight = (each) => {
    const { top, bottom } = each.getBoundingClientRect();
    return bottom > 0 && top < doc.defaultView.innerHeight;
  };
  for (let tries = 0; tries < 30; ++tries) {
    await new Promise((done) => setTimeout(done, 50));
    if (![...doc.querySelectorAll("[data-chart]:not(.done)")].some(inSight)) return;
  }
};

const showNew = async () => {
  const frame = document.createElement("iframe");
  frame.title = "The report";
  frame.className = "next";
  frame.src = "report";
  const loaded = new Promise((done) => frame.addEventListener("load", done, { once: true }));
  frames.append(frame);
  await loaded;
  const doc = frame.contentDocument;
  if (!doc.getElementById("data")) throw new Error("no report came");
  document.title = `${doc.title}, live`;
  if (shown) {
    const before = shown.contentDocument;
    await restore(doc, remember(before));
    scrollToAnchor(doc, anchorOf(before));
    await drawn(doc);
    scrollToAnchor(doc, anchorOf(before)); // charts have moved what is below them
    focusOf(before)(doc)?.focus({ preventScroll: true });
    shown.remove();
  }
  frame.className = "";
  shown = frame;
};

// While the reader marks text or has a menu open, the page stays as it is.
const isBusy = () => {
  const doc = shown?.contentDocument;
  return Boolean(doc && (doc.querySelector(".menu[open]") || !(doc.getSelection()?.isCollapsed ?? true)));
};

const follow = async () => {
  try {
    const answer = await fetch("state");
    if (!answer.ok) throw new Error(answer.statusText);
    const now = await answer.json();
    if (now.version !== version && !isBusy()) {
      await showNew();
      version = now.version;
    }
    state.textContent = now.text;
    state.className = "";
  } catch {
    frames.querySelector(".next")?.remove();
    state.textContent = "nnxc report --live has ended: this is the last report that it gave";
    state.className = "bad";
  }
  setTimeout(follow, between);
};
follow();
