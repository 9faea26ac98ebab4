// The shop works without this file; it makes a few things kinder before a page is first shown.
(function () {
  "use strict";

  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  // The stylesheet hides [data-js-hide] under .js and [data-js-only] without it.
  root.classList.add("js");

  // ---------- the theme that the reader chose ----------

  function readTheme() {
    try { return localStorage.getItem("theme"); } catch { return null; }
  }

  function keepTheme(theme) {
    try { localStorage.setItem("theme", theme); } catch { /* storage is off: this page only */ }
  }

  function showTheme(theme) {
    if (theme === "dark" || theme === "light") root.dataset.theme = theme;
    const isDark = (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.setAttribute("aria-pressed", String(isDark));
    }
    return isDark;
  }

  showTheme(readTheme());
  dark.addEventListener("change", () => showTheme());
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const theme = showTheme() ? "light" : "dark";
    keepTheme(theme);
    showTheme(theme);
  });
})();
