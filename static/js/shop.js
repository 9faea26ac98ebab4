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

  // ---------- a cover on its way between a shelf and the page of its book ----------

  let pressed = null;
  document.addEventListener("click", (event) => { pressed = event.target; }, true);

  function isInSight(element) {
    const { top, bottom, left, right } = element.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight && right > 0 && left < window.innerWidth;
  }

  // The cover on a shelf that leads to the address: the one that was pressed, or one that is seen.
  function onShelf(address) {
    if (!address) return null;
    const { pathname } = new URL(address);
    const links = [...document.querySelectorAll("a.pull")].filter((link) => link.pathname === pathname);
    const link = links.find((each) => each.closest("li").contains(pressed)) || links.find(isInSight);
    return link && link.querySelector(".vol");
  }

  function ownCover() {
    return document.querySelector(".plate .vol");
  }

  // One name at a time: two covers of the same name would stop the transition.
  function carry(cover, moment) {
    if (!cover) return;
    const forget = () => { cover.style.viewTransitionName = ""; };
    cover.style.viewTransitionName = "cover";
    moment.then(forget, forget);
  }

  window.addEventListener("pageswap", ({ viewTransition, activation }) => {
    if (!viewTransition || !activation) return;
    carry(onShelf(activation.entry.url) || ownCover(), viewTransition.finished);
  });

  window.addEventListener("pagereveal", ({ viewTransition }) => {
    if (!viewTransition || !window.navigation || !navigation.activation) return;
    const { from } = navigation.activation;
    carry(ownCover() || onShelf(from && from.url), viewTransition.ready);
  });
})();
