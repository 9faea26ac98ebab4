// The page works without this file. With it the field is free for the next scan at once: what is
// scanned before the shop has answered waits its turn, for each scan counts by a key of its own. What
// could not be sent goes first when Enter is pressed again, with its old key, so that it counts once.
(function () {
  "use strict";

  const waiting = [];
  let sent = "";
  let request = null;

  function field(event) {
    return event.target.id === "scan-form" ? event.target.elements.number : null;
  }

  function sendNext() {
    if (waiting.length === 0) return;
    const form = document.getElementById("scan-form");
    const typed = form.elements.number.value;
    form.elements.number.value = "";
    form.requestSubmit();
    form.elements.number.value = typed;
  }

  // Before htmx, which would drop what is sent while a request is on its way.
  document.addEventListener(
    "submit",
    (event) => {
      const number = field(event);
      if (!number || (!request && waiting.length === 0)) return;
      if (number.value) waiting.push(number.value);
      number.value = "";
      if (request) {
        event.preventDefault();
        event.stopPropagation();
      } else {
        number.value = waiting.shift();
      }
    },
    true,
  );

  document.addEventListener("htmx:beforeSend", (event) => {
    const number = field(event);
    if (!number) return;
    request = event.detail.xhr;
    sent = number.value;
    number.value = "";
    document.getElementById("scan-failed").hidden = true;
  });

  // What was counted is read out from a place that stays; the part that was replaced would say nothing.
  document.addEventListener("htmx:afterSettle", (event) => {
    const place = document.getElementById("scan-told");
    if (place) place.textContent = document.getElementById("scanned").innerText;
    if (event.detail.xhr !== request) return;
    request = null;
    sendNext();
  });

  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      const number = field(event);
      if (!number) return;
      request = null;
      waiting.unshift(sent);
      number.focus();
      document.getElementById("scan-failed").hidden = false;
    });
  }
})();
