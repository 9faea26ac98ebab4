// What htmx does in a page, made bearable: it is said aloud, focus stays or goes where the result is,
// a slow or a lost answer is told, and pressing twice does no harm. Without this file all of it works.
(function () {
  "use strict";

  const SAID_ANEW = 100; // milliseconds; so are the others
  const BUSY_AFTER = 300;
  const SLOW_AFTER = 2000;
  const LOCKED_FOR = 10000;

  const byId = (id) => document.getElementById(id);

  // ---------- saying ----------

  const waiting = new Map();

  // Emptied first, so that the same words are read out once more.
  function put(place, nodes) {
    clearTimeout(waiting.get(place));
    place.replaceChildren();
    waiting.set(place, setTimeout(() => place.replaceChildren(...nodes), SAID_ANEW));
  }

  function say(words) {
    put(byId("said"), [words]);
  }

  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    if (!detail.target.closest("#live")) return;
    detail.shouldSwap = false;
    put(detail.target, [...detail.fragment.childNodes]);
  });

  // Words of the page itself, with others in their place if the shop sent some.
  function tell(when, words) {
    const toast = byId("words").content.querySelector(`[data-when="${when}"]`).cloneNode(true);
    if (words) toast.querySelector("p").textContent = words;
    const place = document.createElement("div");
    place.className = "live over";
    place.append(toast);
    clearTimeout(waiting.get(byId("messages")));
    byId("messages").replaceChildren(place);
  }

  function untell(when) {
    for (const toast of document.querySelectorAll(`#messages [data-when${when}]`)) toast.remove();
  }

  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close]");
    if (!close) return;
    close.closest(".toast").remove();
    byId("main").focus({ preventScroll: true });
  });

  // ---------- asking the shop ----------

  const isQuiet = ({ elt }) => elt.closest(".find") !== null;
  const isPress = ({ verb, triggeringEvent }) =>
    verb !== "get" && ["submit", "click"].includes(triggeringEvent.type);

  // What will be another one when the answer is there.
  function regionOf({ elt, target }) {
    const named = elt.closest("[hx-indicator]");
    return named ? document.querySelector(named.getAttribute("hx-indicator")) : target;
  }

  const controls = new WeakMap();
  const changing = new Set();

  document.addEventListener("htmx:confirm", (event) => {
    if (isPress(event.detail) && changing.has(event.detail.target)) event.preventDefault();
  });

  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (isQuiet(detail)) return;
    const { xhr, target, requestConfig } = detail;
    const region = regionOf(detail);
    controls.set(xhr, requestConfig.triggeringEvent.submitter || document.activeElement);
    untell("");
    const timers = [
      setTimeout(() => region.setAttribute("aria-busy", "true"), BUSY_AFTER),
      setTimeout(() => tell("slow"), SLOW_AFTER),
    ];
    const unlock = isPress(requestConfig) ? lock(target, buttonsIn(target)) : () => {};
    xhr.addEventListener("loadend", () => {
      timers.forEach(clearTimeout);
      region.removeAttribute("aria-busy");
      untell('="slow"');
      unlock();
    });
  });

  // When it is busy or broken the shop says so on a page; no other answer speaks of what was pressed.
  function wordsOf({ status, responseText }) {
    const isOurs = status === 429 || status >= 500;
    const main = isOurs && new DOMParser().parseFromString(responseText, "text/html").querySelector("main");
    const parts = main ? [...main.querySelectorAll("h1, .lede")] : [];
    return parts.map((part) => part.textContent.trim()).join("\n");
  }

  // What was only chosen is as it was; what was typed stays.
  function takeBack({ verb, triggeringEvent, elt }) {
    const control = triggeringEvent.target;
    const form = elt.form || elt.closest("form");
    if (verb === "get" && form) form.reset();
    else if (control.options) for (const one of control.options) one.selected = one.defaultSelected;
  }

  function fail({ detail }, words) {
    if (isQuiet(detail)) return;
    const { requestConfig, xhr } = detail;
    const isDone = isPress(requestConfig) ? "unknown" : "unchanged";
    if (isDone === "unchanged") takeBack(requestConfig);
    const isRefused = xhr.status >= 400 && xhr.status < 500;
    tell(isRefused ? "refused" : isDone, words);
  }

  document.addEventListener("htmx:sendError", (event) => fail(event));
  document.addEventListener("htmx:timeout", (event) => fail(event));
  document.addEventListener("htmx:responseError", (event) => {
    fail(event, wordsOf(event.detail.xhr));
  });

  // ---------- where reading goes on ----------

  function goOn(control, region) {
    const same = control && control.id && byId(control.id);
    const place = same || region.querySelector("[data-focus], h1, h2") || region;
    if (!same && !place.hasAttribute("tabindex")) place.tabIndex = -1;
    place.focus({ preventScroll: Boolean(same) });
  }

  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const { elt: region, target, requestConfig } = detail;
    // Parts that came along say nothing.
    if (region.id !== target.id || isQuiet(requestConfig)) return;
    const words = region.querySelector("[data-said]");
    if (words) say((words.content || words).textContent.trim());
    if (document.activeElement !== document.body) return;
    goOn(controls.get(detail.xhr), regionOf({ elt: region, target: region }));
  });

  // ---------- pressing twice ----------

  function buttonsIn(place) {
    return place.matches("button") ? [place] : [...place.querySelectorAll("button")];
  }

  // They keep focus and, in what is sent, their value: a button that is `disabled` loses both.
  function lock(place, buttons) {
    changing.add(place);
    for (const button of buttons) button.setAttribute("aria-disabled", "true");
    return () => {
      changing.delete(place);
      for (const button of buttons) button.removeAttribute("aria-disabled");
    };
  }

  let unlockers = [];

  function unlockAll() {
    for (const unlock of unlockers) unlock();
    unlockers = [];
  }

  // Of forms that lead to another page. They come to life again if it does not come, and with Back.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || (form.getAttribute("method") || "").toLowerCase() !== "post") return;
    if (changing.has(form)) {
      event.preventDefault();
      return;
    }
    const buttons = [...form.elements].filter((each) => each.type === "submit");
    unlockers.push(lock(form, buttons));
    setTimeout(unlockAll, LOCKED_FOR);
  });

  window.addEventListener("pageshow", unlockAll);

  // ---------- suggestions ----------

  // They go on Escape, and when focus or a press goes elsewhere.
  const find = document.querySelector(".find");
  const FEWEST_LETTERS = 2;
  let dismissed = false;

  function closeSuggestions() {
    dismissed = true;
    if (byId("suggestions").hasChildNodes()) put(byId("said"), []);
    byId("suggestions").replaceChildren();
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
    find.addEventListener("htmx:confirm", (event) => {
      if (find.q.value.trim().length >= FEWEST_LETTERS) return;
      event.preventDefault();
      closeSuggestions();
    });
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
})();
