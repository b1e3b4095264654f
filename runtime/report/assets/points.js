// Details made when they are opened: settings, network and runs of a point, epochs of an experiment.

const lineLink = (line) => (line > 0 ? make("a", { href: `#L${line}` }, String(line)) : "");

const fillPoint = (details, point) => {
  const facts = point.facts.map((pair) => pair.map((place) => texts[place]));
  const layers = point.layers.map(([text, input, output, parameters, line]) =>
    [texts[text], texts[input], texts[output], texts[parameters], lineLink(line)]);
  const runs = point.runs.map((run) => [...run.slice(0, -1), make("code", {}, run.at(-1))]);
  details.append(
    make("p", { class: "small" }, "Trained by line ", lineLink(point.line), " of the source."),
    make("div", { class: "side" },
      makeTable(`Settings of ${point.name}`, [["what"], ["value"]], facts),
      makeTable(`Network of ${point.name}, one sample at a time`,
        [["layer"], ["input"], ["output"], ["parameters", "n"], ["line", "n"]], layers)),
    makeTable(`Runs of ${point.name}. Rows of equal run come from one training; equal weights have equal digests.`,
      [["repeat", "n"], ["seed", "n"], ["score", "n"], ["loss", "n"], ["steps", "n"], ["samples/s", "n"],
        ["time", "n"], ["memory", "n"], ["status"], ["run"], ["weights (SHA-256)"]], runs));
};

const whenOpened = (details, fill) =>
  details.addEventListener("toggle", () => fill(), { once: true });

const makePoint = (experiment, point, index) => {
  const details = make("details", { id: `${experiment}p${index}` },
    make("summary", {}, `${point.name} `, make("span", {}, point.score)));
  whenOpened(details, () => fillPoint(details, point));
  return details;
};

for (const place of document.querySelectorAll("[data-points]")) {
  const experiment = place.dataset.points;
  const all = points[experiment].map((point, index) => makePoint(experiment, point, index));
  const few = 12;
  if (all.length > few) place.append(make("details", { class: "all" }, make("summary", {}, `All ${all.length} points`), ...all));
  else place.append(...all);
}

const fillEpochs = (details, experiment) => {
  const columns = JSON.parse(details.dataset.columns); // field, title
  const rows = series[experiment].flatMap((run) => run.epoch.map((epoch, index) =>
    [points[experiment][run.point].name, String(run.repeat), String(epoch),
      ...columns.map(([field]) => String(run[field]?.[index] ?? ""))]));
  const box = makeTable("Every epoch of every run",
    [["point"], ["repeat", "n"], ["epoch", "n"], ...columns.map(([, title]) => [title, "n"])], rows, true);
  details.append(box);
  equip(box.firstChild);
};

for (const details of document.querySelectorAll("[data-epochs]"))
  whenOpened(details, () => fillEpochs(details, details.dataset.epochs));

// A link to something inside closed details opens them.
const openTarget = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let each = target; each; each = each.parentElement?.closest("details")) if (each.matches("details")) each.open = true;
  target.scrollIntoView();
  (target.querySelector("summary") ?? target).focus({ preventScroll: true });
};
addEventListener("hashchange", openTarget);
// The same link chosen again changes no address.
document.addEventListener("click", (event) => {
  if (event.target.closest?.(`a[href="${CSS.escape(location.hash)}"]`)) openTarget();
});
if (location.hash) openTarget();
