// Says in words what allauth's scripts for passkeys only report. They work without this file too.
(function () {
  "use strict";

  const isKnown = "credentials" in navigator && "PublicKeyCredential" in window;

  function wordsFor(failure) {
    const find = (name) => document.querySelector(`template[data-passkey-failure="${name}"]`);
    return find(failure) || find("other");
  }

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const alert = document.querySelector("[data-passkey-alert]");
    const words = wordsFor(isKnown ? event.detail.exception.name : "unsupported");
    // Emptied first, so that the same words are read out once more.
    alert.replaceChildren();
    setTimeout(() => alert.replaceChildren(words.content.cloneNode(true)), 50);
  });
})();
