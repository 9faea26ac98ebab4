// The shop works without this file; it only makes a few things kinder.
(function () {
  "use strict";

  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  // The stylesheet hides [data-js-hide] under .js and [data-js-only] without it.
  root.classList.add("js");

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
    if (event.target.closest("[data-theme-switch]")) {
      const theme = showTheme() ? "light" : "dark";
      keepTheme(theme);
      showTheme(theme);
    }
    const close = event.target.closest("[data-close]");
    if (close) {
      close.closest(".toast").remove();
      document.getElementById("main").focus({ preventScroll: true });
    }
  });

  // What the search box suggests goes on Escape, and when focus or a press goes elsewhere.
  const find = document.querySelector(".find");
  let dismissed = false;

  function closeSuggestions() {
    dismissed = true;
    for (const id of ["suggestions", "suggested"]) document.getElementById(id).replaceChildren();
  }

  function useSuggestionKeys(event) {
    const links = find.querySelectorAll(".suggest a");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!links.length || !(step || event.key === "Escape")) return;
    event.preventDefault();
    const places = [find.q, ...links];
    const next = step ? places.indexOf(document.activeElement) + step : 0;
    places[(next + places.length) % places.length].focus();
    if (!step) closeSuggestions();
  }

  if (find) {
    find.addEventListener("keydown", useSuggestionKeys);
    find.addEventListener("input", () => { dismissed = false; });
    // An answer that comes too late opens nothing.
    find.addEventListener("htmx:beforeSwap", (event) => {
      if (dismissed) event.detail.shouldSwap = false;
    });
    for (const kind of ["focusin", "pointerdown"]) {
      document.addEventListener(kind, (event) => {
        if (!find.contains(event.target)) closeSuggestions();
      });
    }
    window.addEventListener("pagehide", closeSuggestions);
  }

  // A swapped region says where reading goes on; otherwise focus stays where it is.
  document.addEventListener("htmx:afterSettle", (event) => {
    const region = event.detail.elt;
    const place = region.matches("[data-focus]") ? region : region.querySelector("[data-focus]");
    if (place) place.focus();
  });
})();
