// What a table shows, as text for elsewhere: CSV, Markdown, LaTeX.

// Rows of texts, the heads first; hidden rows and columns are left out.
const shownCells = (table) => {
  const text = (cell) => cell.textContent.replace(/\s+/g, " ").trim();
  return [...table.rows]
    .filter((row) => !row.hidden)
    .map((row) => [...row.cells].filter((cell) => !cell.classList.contains("off")).map(text));
};

const numericColumns = (table) =>
  [...table.tHead.rows[0].cells]
    .filter((head) => !head.classList.contains("off"))
    .map((head) => head.classList.contains("n"));

const csvCell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const latexMarks = {
  "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
  "±": "$\\pm$", "×": "$\\times$", "→": "$\\to$", "−": "$-$",
};
const latexCell = (text) => text.replace(/[\\~^±×→−&%$#_{}]/g, (mark) => latexMarks[mark] ?? `\\${mark}`);

const formats = {
  CSV: ([...rows]) => rows.map((row) => row.map(csvCell).join(",")).join("\n") + "\n",
  Markdown: ([heads, ...rows], numeric) => {
    const line = (cells) => `| ${cells.map((cell) => cell.replace(/[\\|`*_[\]<>]/g, "\\$&")).join(" | ")} |`;
    const rule = `| ${numeric.map((each) => (each ? "---:" : "---")).join(" | ")} |`;
    return [line(heads), rule, ...rows.map(line)].join("\n") + "\n";
  },
  LaTeX: ([heads, ...rows], numeric) => {
    const line = (cells) => `${cells.map(latexCell).join(" & ")} \\\\`;
    return [
      `\\begin{tabular}{${numeric.map((each) => (each ? "r" : "l")).join("")}}`, "\\toprule", line(heads),
      "\\midrule", ...rows.map(line), "\\bottomrule", "\\end{tabular}", "",
    ].join("\n");
  },
};

const putOnClipboard = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // where the browser gives a page no clipboard
    const area = make("textarea", { class: "skip" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("no clipboard");
  }
};

const makeCopyMenu = (table, said) => {
  const menu = makeMenu("Copy", ...Object.entries(formats).map(([name, write]) =>
    makeButton(`as ${name}`, async () => {
      const rows = shownCells(table);
      try {
        await putOnClipboard(write(rows, numericColumns(table)));
        said.textContent = `Copied ${rows.length - 1} rows as ${name}`;
      } catch {
        said.textContent = "The browser does not let the page copy";
      }
      menu.open = false;
      menu.querySelector("summary").focus();
    })));
  return menu;
};
