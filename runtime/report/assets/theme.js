// The theme: as the system says, until the reader chooses.
const themeNames = { auto: "Theme: system", light: "Theme: light", dark: "Theme: dark" };
let theme = "auto";
const showTheme = () => {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  themeButton.textContent = themeNames[theme];
};
const themeButton = makeButton("", () => {
  const order = Object.keys(themeNames);
  theme = order[(order.indexOf(theme) + 1) % order.length];
  showTheme();
  redraw();
}, { class: "theme" });
document.querySelector("header").firstElementChild.after(themeButton);
showTheme();

root.classList.add("js");
document.querySelectorAll("table.tools").forEach(equip);
