/** What an element shows: one line while there is no model, or the panel, in the language it was opened in. */
class View {
  #root;
  #on;
  #parts = null;
  #shown = null; // { sound, around, info }
  #drawing = null;
  #lang = "en";
  #reduced = matchMedia("(prefers-reduced-motion: reduce)");

  /** `root`: where it is shown; `on`: what is done on a press. */
  constructor(root, on) {
    this.#root = root;
    this.#on = on;
  }

  get words() { return WORDS[this.#lang]; }
  get playing() { return this.#parts?.play.classList.contains("playing") ?? false; }

  /** What stands in the fields. */
  get fields() {
    const { seed, label, goal, share, reach } = this.#parts;
    const texts = { seed: seed.value, goal: goal.value };
    return { ...texts, label: Number(label?.value ?? 0), share: Number(share.value), reach: Number(reach.value) };
  }

  /** Shows that a model is on its way. */
  wait(lang) {
    this.#lang = lang;
    this.#parts = null;
    this.#root.replaceChildren(made("p", { class: "voice status", role: "status", lang }, this.words.loading));
  }

  /** Shows an error in place of everything else. */
  fail(lang, error) {
    this.#lang = lang;
    this.#parts = null;
    const message = made("p", { class: "message", role: "alert" }, ...this.#told(error));
    this.#root.replaceChildren(made("div", { class: "voice", lang }, message));
  }

  /** Builds the panel of a model; what stands in its fields already stays. */
  open(lang, info, relaxed, fields) {
    const { playing } = this, before = this.#parts ? this.fields : fields;
    this.#lang = lang;
    this.#parts = panel(this.words, info, this.#on);
    for (const name of ["goal", "share", "reach"]) this.#parts[name].value = before[name];
    this.#parts.facts.append(...facts(this.words, info, relaxed, lang));
    this.#parts.root.lang = lang;
    this.#root.replaceChildren(this.#parts.root);
    this.mark(playing);
    if (this.#shown) this.show(this.#shown);
  }

  /** Shows a sound and the variations around its centre, as far as they are made. */
  show({ sound, around, info }) {
    this.#shown = { sound, around, info };
    const { seed, label, picture, status } = this.#parts, origin = originOf(this.words, sound);
    const number = (value, digits) => value.toLocaleString(this.#lang, { maximumFractionDigits: digits });
    const seconds = number(sound.samples.length / info.sample_rate, 2), level = 20 * Math.log10(peakOf(sound.samples));
    seed.value = sound.seed;
    if (label) label.value = sound.label;
    picture.setAttribute("aria-label", this.words.picture(origin, seconds));
    status.textContent = Number.isFinite(level)
      ? this.words.status(origin, seconds, number(level, 1).replace("-", "−"))
      : `${origin} · ${this.words.silent}`;
    this.#parts.variations.forEach((choice, i) => choice.setAttribute("aria-pressed", around[i] === sound));
    this.draw();
  }

  /** A new centre: the morph starts from it. */
  reset() {
    this.#parts.share.value = 0;
  }

  /** Shows a message over the picture; null takes it away. */
  tell(error) {
    const { message } = this.#parts;
    message.replaceChildren(...(error ? this.#told(error) : []));
    message.hidden = !error;
  }

  /** Shows whether a sound is heard. */
  mark(playing) {
    const { play, head } = this.#parts;
    play.classList.toggle("playing", playing);
    play.textContent = playing ? this.words.stop : this.words.play;
    head.hidden = !playing || this.#reduced.matches;
  }

  /** Moves the line that shows what is heard, from now on. */
  follow(seconds) {
    const start = performance.now();
    const step = (now) => {
      if (!this.playing) return;
      this.#parts.head.style.setProperty("left", `${Math.min(100, (now - start) / (10 * seconds))}%`);
      if (!this.#reduced.matches) requestAnimationFrame(step);
    };
    step(start);
  }

  /** Draws before the screen is shown next, once. */
  draw() {
    this.#drawing ??= requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    this.#drawing = null;
    if (!this.#parts || !this.#shown) return;
    const { waveform, spectrogram, variations } = this.#parts, { sound, around, info } = this.#shown;
    drawWaveform(waveform, sound.samples);
    drawSpectrogram(spectrogram, sound.samples, info.sample_rate);
    around.forEach((each, i) => drawWaveform(variations[i].querySelector("canvas"), each.samples));
  }

  #told({ code, detail }) {
    return [this.words.errors[code], ...(detail ? [" ", made("span", { class: "detail" }, detail)] : [])];
  }
}

/** Where a sound comes from, in words. */
function originOf(words, { seed, steps }) {
  return words.origin(seed) + steps.map(({ to, share }) => words.step(to, `${Math.round(100 * share)} %`)).join("");
}
