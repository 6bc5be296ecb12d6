"use strict";
(() => {
  const voice = document.querySelector("ganbaru-voice");
  const buttons = [...document.querySelectorAll(".languages button")];
  const speak = (lang) => {
    document.documentElement.lang = voice.lang = lang;
    for (const button of buttons) button.setAttribute("aria-pressed", button.lang === lang);
  };
  for (const button of buttons) button.addEventListener("click", () => speak(button.lang));
  speak(/^ja\b/i.test(navigator.language) ? "ja" : "en");
})();
