// The page works without this file. With it the field is free for the next scan at once, and what
// could not be sent comes back into the field.
(function () {
  "use strict";

  let sent = "";

  function field(event) {
    return event.target.id === "scan-form" ? event.target.elements.number : null;
  }

  document.addEventListener("htmx:beforeSend", (event) => {
    const number = field(event);
    if (!number) return;
    sent = number.value;
    number.value = "";
    document.getElementById("scan-failed").hidden = true;
  });

  // What was counted is read out from a place that stays; the part that was replaced would say nothing.
  document.addEventListener("htmx:afterSettle", () => {
    const place = document.getElementById("scan-told");
    if (place) place.textContent = document.getElementById("scanned").innerText;
  });

  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      const number = field(event);
      if (!number) return;
      number.value = sent;
      number.focus();
      document.getElementById("scan-failed").hidden = false;
    });
  }
})();
