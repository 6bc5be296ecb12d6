"use strict";
(() => {
  const sounds = [...document.querySelectorAll("button.sound")];
  const equal = document.getElementById("equal");
  const decoded = new Map();
  let context = null;
  let current = null;
  let queue = [];

  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
  const decode = async (button) => {
    if (!decoded.has(button)) decoded.set(button, await context.decodeAudioData(bytes(button.dataset.wav)));
    return decoded.get(button);
  };
  const quiet = () => {
    if (!current) return;
    current.button.classList.remove("playing");
    current.node.onended = null;
    current.node.stop();
    current = null;
  };
  const stop = () => { queue = []; quiet(); };
  const next = async () => {
    quiet();
    const button = queue.shift();
    if (!button) return;
    context = context || new AudioContext();
    if (context.state === "suspended") await context.resume();
    const node = new AudioBufferSourceNode(context, { buffer: await decode(button) });
    const gain = new GainNode(context, { gain: equal.checked ? Number(button.dataset.gain) : 1 });
    node.connect(gain).connect(context.destination);
    node.onended = next;
    current = { node, button };
    button.classList.add("playing");
    node.start();
  };
  const play = (buttons) => { stop(); queue = buttons.filter(Boolean); next(); };

  const cell = (row, column) => {
    const rows = document.querySelectorAll(".players tbody tr");
    return rows[row] && rows[row].querySelectorAll("td")[column]?.querySelector("button.sound");
  };
  const place = (button) => {
    const td = button?.closest("td");
    return td ? [td.parentElement.sectionRowIndex, td.cellIndex - 1] : [0, 0];
  };
  const focused = () => sounds.find((button) => button === document.activeElement) || current?.button;
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  for (const button of sounds) button.addEventListener("click", () => play([button]));
  document.querySelectorAll("button.column").forEach((button) => button.addEventListener("click", () => {
    const column = button.closest("th").cellIndex - 1;
    play([...document.querySelectorAll(".players tbody tr")].map((_, row) => cell(row, column)));
  }));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !sounds.length || event.target.matches("input, summary")) return;
    const [row, column] = place(focused());
    const step = moves[event.key];
    const last = document.querySelectorAll(".players thead th").length - 2;
    if (step && focused()) {
      const target = cell(row + step[0], column + step[1]);
      if (target) { target.focus(); event.preventDefault(); }
    } else if (event.key === "a" || event.key === "A") play([cell(row, 0)]);
    else if (event.key === "b" || event.key === "B") play([cell(row, last)]);
    else if (event.key === "s" || event.key === "S" || event.key === "Escape") stop();
  });
})();
