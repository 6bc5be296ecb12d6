/** The element's parent; in Node there is none, and `Model` serves alone. */
const Host = globalThis.HTMLElement ?? class {};

/** `<ganbaru-voice src="model.wasm">`: loads a model, makes its sounds in a worker, shows and plays them. */
class GanbaruVoice extends Host {
  static observedAttributes = ["src", "seed", "label", "lang", "integrity", "exact"];
  static Model = Model;

  #model = null;
  #state = "empty";
  #view;
  #player = new Player();
  #queue = new Latest((error) => this.#fail(error), () => this.#state === "ready" && this.#view.tell(null));
  #centre = null; // the sound that variations and the morph start from
  #shown = null;
  #around = []; // the variations
  #reach = 0.35;
  #load = 0; // counts loads, so that a late one is known
  #ready = null;
  #watch = null;
  #error = null;

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.#view = new View(root, this.#presses());
  }

  get state() { return this.#state; }
  get info() { return this.#model?.info ?? null; }
  get relaxed() { return this.#model?.relaxed ?? false; }
  get ready() { return (this.#ready ??= this.#start()); }
  get sound() { return this.#shown; }
  get variations() { return [...this.#around]; }
  get playing() { return this.#view.playing; }
  get src() { return this.getAttribute("src") ?? HOME; }
  set src(value) { this.setAttribute("src", value); }
  get seed() { return seedOf(this.getAttribute("seed") ?? 0n); }
  set seed(value) { this.setAttribute("seed", seedOf(value)); }
  get label() { return Number(this.getAttribute("label") ?? 0); }
  set label(value) { this.setAttribute("label", value); }
  get lang() { return this.getAttribute("lang") ?? ""; }
  set lang(value) { this.setAttribute("lang", value); }

  connectedCallback() {
    this.#watch = new AbortController();
    const { signal } = this.#watch, sizes = new ResizeObserver(() => this.#view.draw());
    sizes.observe(this);
    signal.addEventListener("abort", () => sizes.disconnect());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#view.draw(), { signal });
    this.ready.catch(() => {}); // told on the page and by an event
  }

  disconnectedCallback() {
    this.#watch.abort();
    this.#watch = null;
    this.#drop();
    this.#ready = null;
    this.#load++;
    this.#state = "empty";
  }

  attributeChangedCallback(name, before, after) {
    if (before === after || !this.#watch) return; // what stands there before it is in a page is read once it is
    if (name === "lang") return void this.#speak();
    if (name !== "seed" && name !== "label") return void this.#again();
    const asked = this.#state === "ready" && this.getAttribute(name) !== String(this.#centre[name]);
    if (asked) this.#queue.add(() => this.generate());
  }

  /** Makes and shows the sound of a seed. */
  async generate(seed = this.seed, label = this.label) {
    return this.#settle(await this.#of(await this.#loaded(), seedOf(seed), label));
  }

  /** Makes and shows one of the sounds around the centre, by its number from 0. */
  async vary(number) {
    await this.#loaded();
    const around = this.#around;
    const made = around[number] ?? (await this.#moved(towards(this.#centre.key, number), this.#reach));
    return this.#show((around[number] ??= made));
  }

  /** Makes and shows what lies between the centre and a seed's sound, at a share of 0 to 1 of the way. */
  async morph(seed, share) {
    await this.#loaded();
    return this.#show(await this.#moved(seedOf(seed), share));
  }

  /** Makes the sound that is shown the centre. */
  walk() {
    return this.#shown && this.#settle(this.#shown);
  }

  /** Plays the sound that is shown. */
  async play() {
    await this.#loaded();
    const { samples } = this.#shown, { sample_rate: rate } = this.info;
    if (!(await this.#player.play(samples, rate, () => this.#ended()))) return; // stopped before it began
    this.#view.mark(true);
    this.#view.follow(samples.length / rate);
    this.#say("play", { sound: this.#shown });
  }

  /** Ends it. */
  stop() {
    this.#player.stop();
  }

  /** The sound that is shown as a WAV file. */
  wav() {
    const tags = tagsOf(this.info, originOf(WORDS.en, this.#shown), this.#shown.label);
    return new Blob([wavBytes(this.#shown.samples, this.info.sample_rate, tags)], { type: "audio/wav" });
  }

  get #language() {
    return spoken(this.lang || this.closest("[lang]")?.getAttribute("lang") || navigator.language);
  }

  async #loaded() {
    await this.ready;
    return this.#model;
  }

  async #start() {
    const load = ++this.#load;
    this.#state = "loading";
    this.#view.wait(this.#language);
    try {
      const [exact, integrity] = [this.hasAttribute("exact"), this.getAttribute("integrity") ?? ""];
      const model = await Model.load(this.src, { worker: true, exact, integrity });
      if (load !== this.#load) return void model.close();
      this.#model = model;
      const { sound, refused } = await this.#first(model);
      if (load !== this.#load) return;
      this.#state = "ready";
      const fields = { goal: BigInt.asUintN(64, sound.seed + 1n), share: 0, reach: this.#reach };
      this.#view.open(this.#language, model.info, model.relaxed, fields);
      this.#settle(sound);
      this.#say("ready", { info: model.info });
      if (refused) this.#fail(refused);
    } catch (error) {
      if (load !== this.#load) return;
      this.#state = "broken";
      this.#fail(error);
      throw error;
    }
  }

  /** The sound that the attributes ask for; where they ask for what there is not, that of seed 0. */
  async #first(model) {
    try {
      return { sound: await this.#of(model, this.seed, this.label) };
    } catch (refused) {
      return { sound: await this.#of(model, 0n, 0), refused };
    }
  }

  async #of(model, seed, label) {
    return { ...(await model.generate(seed, label)), label, seed, key: seed, steps: [] };
  }

  async #moved(to, share) {
    const { latent, label, seed, steps } = this.#centre, model = this.#model;
    const made = await model.run(between(latent, await model.draw(to), share), label);
    return { ...made, label, seed, key: to, steps: [...steps, { to, share }] };
  }

  /** Loads anew. */
  #again() {
    this.#drop();
    this.#ready = this.#start();
    this.#ready.catch(() => {});
  }

  #drop() {
    this.#player.stop();
    this.#model?.close();
    this.#model = null;
  }

  /** Says all once more, in the language that is asked for now. */
  #speak() {
    if (this.#state === "ready") this.#view.open(this.#language, this.info, this.relaxed);
    else if (this.#state === "broken") this.#view.fail(this.#language, this.#error);
    else this.#view.wait(this.#language);
  }

  /** A new centre. */
  #settle(sound) {
    this.#centre = sound;
    this.#view.reset();
    this.#show(sound);
    this.#surround();
    return sound;
  }

  #show(sound) {
    this.#shown = sound;
    this.#refresh();
    this.#say("sound", { sound });
    return sound;
  }

  #refresh() {
    this.#view.show({ sound: this.#shown, around: this.#around, info: this.info });
  }

  /** Makes the variations, one by one, as long as they are those that are wanted. */
  async #surround() {
    const around = (this.#around = []), { key } = this.#centre, reach = this.#reach;
    const wanted = () => around === this.#around && this.#model;
    this.#refresh();
    try {
      for (let number = 0; number < VARIATIONS; number++) {
        const made = around[number] ?? (await this.#moved(towards(key, number), reach));
        if (!wanted()) return;
        around[number] ??= made;
        this.#view.draw();
      }
      this.#say("variations", {});
    } catch (error) {
      if (wanted()) this.#fail(error);
    }
  }

  #fail(error) {
    this.#error = error instanceof VoiceError ? error : new VoiceError("broken", error.message);
    if (this.#state === "broken") this.#view.fail(this.#language, this.#error);
    else if (this.#state === "ready") this.#view.tell(this.#error);
    this.#say("error", { code: this.#error.code, message: this.#error.message });
  }

  #say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #ended() {
    if (!this.playing) return;
    this.#view.mark(false);
    this.#say("ended", {});
  }

  /** What is done on a press, by the names that the panel has for it. */
  #presses() {
    const view = () => this.#view.fields;
    const play = () => this.#queue.add(() => this.play());
    const ask = (task) => {
      if (!this.playing) this.#player.stop(); // what waits for a loudspeaker would keep the task waiting
      this.#queue.add(task);
    };
    const heard = (task) => ask(async () => {
      await task();
      await this.play();
    });
    const step = (by) => heard(() => this.#choose(BigInt.asUintN(64, this.#centre.seed + BigInt(by))));
    const morph = () => this.morph(view().goal, view().share);
    return {
      toggle: () => (this.playing ? this.stop() : play()),
      play,
      seed: () => heard(() => this.#choose(view().seed)),
      label: () => heard(() => this.#choose(this.#centre.seed, view().label)),
      step,
      key: (event) => {
        const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (!by) return;
        event.preventDefault();
        step(by);
      },
      vary: (number) => heard(() => this.vary(number)),
      walk: () => this.walk(),
      spread: () => {
        this.#reach = view().reach;
        this.#surround();
      },
      morph: () => ask(morph),
      morphed: () => heard(morph),
      download: () => this.#download(),
    };
  }

  /** A seed or label that was asked for on the page becomes the element's own. */
  async #choose(seed, label = this.#centre.label) {
    const sound = await this.generate(seed, label);
    this.seed = sound.seed;
    if (this.info.labels.length) this.label = label;
  }

  #download() {
    const url = URL.createObjectURL(this.wav()), { seed, steps } = this.#shown;
    const name = `${this.info.name}-${seed}`.replace(/[^\p{L}\p{N}-]+/gu, "-");
    made("a", { href: url, download: `${name}${steps.length ? "-moved" : ""}.wav` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

if (globalThis.customElements && !customElements.get("ganbaru-voice")) {
  customElements.define("ganbaru-voice", GanbaruVoice);
}
