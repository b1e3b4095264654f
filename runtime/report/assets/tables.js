// Tables: sorted by their heads, filtered by words and comparisons, with columns hidden and shown.

const rawValue = (row, column) => {
  const cell = row.cells[column];
  return cell.dataset.value ?? cell.textContent.trim();
};

const numberOf = (text) => (text === "" ? NaN : Number(text.replaceAll(",", "")));

// Cells without a number come last in both directions.
const sortRows = (table, column, numeric, ascending) => {
  const sign = ascending ? 1 : -1;
  const compare = (a, b) => {
    const [x, y] = [rawValue(a, column), rawValue(b, column)];
    if (!numeric) return sign * x.localeCompare(y, undefined, { numeric: true });
    const [p, q] = [numberOf(x), numberOf(y)];
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
    const button = makeButton("", () => {
      const before = head.getAttribute("aria-sort");
      const ascending = before ? before === "descending" : !numeric;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      sortRows(table, column, numeric, ascending);
    });
    button.append(...head.childNodes);
    head.append(button);
  });
};

const headNames = (table) => [...table.tHead.rows[0].cells].map((head) => head.textContent.trim());

const compareBy = {
  "=": (a, b) => a === b, "!=": (a, b) => a !== b,
  ">=": (a, b) => a >= b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, "<": (a, b) => a < b,
};

// What one word of a filter asks: `relu`, `act=relu`, `accuracy>0.98`.
const testOf = (word, names) => {
  const parts = /^([^=<>!]+)(!=|>=|<=|=|>|<)(.+)$/.exec(word);
  const column = parts ? names.findIndex((name) => name.toLowerCase() === parts[1]) : -1;
  if (column < 0) return (row) => row.textContent.toLowerCase().includes(word);
  const [compare, wanted] = [compareBy[parts[2]], parts[3]];
  return (row) => {
    const text = rawValue(row, column).toLowerCase();
    const [a, b] = [numberOf(text), numberOf(wanted)];
    return Number.isNaN(a) || Number.isNaN(b) ? compare(text, wanted) : compare(a, b);
  };
};

const makeFilter = (table, count) => {
  const rows = [...table.tBodies[0].rows];
  const input = make("input", {
    type: "search", class: "filter", placeholder: "Filter: relu accuracy>0.98", spellcheck: "false",
    "aria-label": "Show only rows that fit every word, such as relu or accuracy>0.98",
  });
  input.addEventListener("input", () => {
    const names = headNames(table);
    const tests = input.value.toLowerCase().split(/\s+/).filter(Boolean).map((word) => testOf(word, names));
    let shown = 0;
    for (const row of rows) {
      row.hidden = !tests.every((test) => test(row));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = tests.length ? `${shown} of ${rows.length} rows` : "";
    table.dispatchEvent(new CustomEvent("filtered", { bubbles: true, detail: tests.length > 0 }));
  });
  return input;
};

const showColumn = (table, column, shown) => {
  for (const row of table.rows) row.cells[column].classList.toggle("off", !shown);
};

// A menu opens below its button and closes by Escape or when the focus leaves it.
const makeMenu = (title, ...items) => {
  const summary = make("summary", {}, title);
  const menu = make("details", { class: "menu" }, summary, make("div", {}, ...items));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    summary.focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  return menu;
};

const makeColumnMenu = (table) => {
  const heads = [...table.tHead.rows[0].cells];
  const boxes = headNames(table).map((name, column) => {
    const box = make("input", { type: "checkbox" });
    box.checked = !heads[column].classList.contains("off");
    box.disabled = column === 0;
    box.addEventListener("change", () => showColumn(table, column, box.checked));
    return make("label", {}, box, ` ${name}`);
  });
  return makeMenu("Columns", ...boxes);
};

const equip = (table) => {
  const count = make("span", { class: "count", "aria-live": "polite" });
  const tools = make("div", { class: "bar", role: "group", "aria-label": `Tools of: ${table.caption.textContent}` });
  if (table.tBodies[0].rows.length > 3) tools.append(makeFilter(table, count));
  tools.append(makeColumnMenu(table), makeCopyMenu(table, count), count);
  makeSortable(table);
  table.closest(".scroll").before(tools);
};
