const VARIATIONS = 6;

/** An element with attributes, `on…` listeners, and children. */
function made(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

const field = (text, input) => made("label", { class: "field" }, made("span", {}, text), input);

/** What there is to see and press, in one language; `on` holds what is done. Returns the parts that change by name. */
function panel(words, info, on) {
  const parts = {};
  const keep = (name, element) => (parts[name] = element);
  const button = (text, press, attributes = {}) =>
    made("button", { type: "button", onclick: press, ...attributes }, text);
  const seedInput = (attributes) =>
    made("input", { type: "text", inputmode: "numeric", autocomplete: "off", spellcheck: "false", ...attributes });
  const range = (attributes) => made("input", { type: "range", min: "0", max: "1", step: "0.01", ...attributes });

  const controls = made("div", { class: "controls" },
    keep("play", button(words.play, on.toggle, { class: "main" })),
    made("div", { class: "seed" },
      field(words.seed, keep("seed", seedInput({ onchange: on.seed }))),
      button("◀", () => on.step(-1), { "aria-label": words.previous, title: words.previous }),
      button("▶", () => on.step(1), { "aria-label": words.next, title: words.next })),
    ...(info.labels.length ? [field(words.label, keep("label", made("select", { onchange: on.label },
      ...info.labels.map((label, number) => made("option", { value: number }, label)))))] : []));

  const picture = keep("picture", button("", on.play, { class: "picture", onkeydown: on.key }));
  picture.append(
    keep("waveform", made("canvas", { class: "waveform" })),
    keep("spectrogram", made("canvas", { class: "spectrogram" })),
    keep("head", made("span", { class: "head", hidden: true })));

  parts.variations = Array.from({ length: VARIATIONS }, (_, number) => {
    const name = words.variation(number + 1);
    const choice = button("", () => on.vary(number), { "aria-pressed": "false", "aria-label": name });
    choice.append(made("canvas"), made("span", {}, String(number + 1)));
    return choice;
  });
  const strip = made("fieldset", { class: "strip" }, made("legend", {}, words.variations),
    made("div", { class: "choices" }, ...parts.variations),
    made("div", { class: "row" },
      field(words.reach, keep("reach", range({ min: "0.05", oninput: on.spread }))),
      button(words.walk, on.walk)));

  const morph = made("fieldset", { class: "morph" }, made("legend", {}, words.morph),
    made("div", { class: "row" },
      field(words.share, keep("share", range({ oninput: on.morph, onchange: on.morphed }))),
      field(words.morphTo, keep("goal", seedInput({ onchange: on.morphed })))));

  parts.root = made("div", { class: "voice", role: "region", "aria-label": words.region(info.name) },
    controls, keep("message", made("p", { class: "message", role: "alert", hidden: true })), picture,
    made("div", { class: "below" },
      keep("status", made("p", { class: "status", role: "status" })),
      button(words.download, on.download)),
    strip, morph, keep("facts", made("dl", { class: "facts" })));
  return parts;
}

/** Two digits of a share of full scale: 0.012, or 2.4 × 10⁻⁶. */
function small(value) {
  if (value === 0 || value >= 0.001) return String(Number(value.toPrecision(2)));
  const [digits, power] = value.toExponential(1).split("e-");
  return `${digits} × 10⁻${[...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
}

/** What the model says of itself: pairs of a name and lines. */
function facts(words, info, relaxed, lang) {
  const number = (value, digits = 3) => new Intl.NumberFormat(lang, { maximumSignificantDigits: digits }).format(value);
  const seconds = number(info.length / info.sample_rate), rate = number(info.sample_rate, 6);
  const share = new Intl.NumberFormat(lang, { style: "percent", maximumSignificantDigits: 2 });
  const { error } = info, heard = Number.isFinite(error.audible) ? share.format(error.audible) : "";
  const marks = [info.mark].filter((mark) => mark && !/machine-made/i.test(mark));
  const lines = [
    [words.model, `${info.name} · ${info.version} · ${info.made_with}`],
    [words.sound, `${words.soundValue(seconds, rate)} · ${info.representation}`],
    [words.parameters, number(info.parameters, 9)],
    ...(info.labels.length ? [[words.labels, info.labels.join(lang === "ja" ? "、" : ", ")]] : []),
    [words.precision, `${words.precisionValue(info.precision)} · ${relaxed ? words.quicker : words.plain}`,
      words.errorValue(heard, small(error.maximum), small(error.rms), error.seeds)],
    [words.licence, info.licence ?? words.unlicensed],
    [words.credits, ...(info.credits.length ? info.credits : [words.uncredited])],
    [words.mark, words.machine, ...marks],
  ];
  return lines.flatMap(([name, ...values]) => [made("dt", {}, name), ...values.map((value) => made("dd", {}, value))]);
}
