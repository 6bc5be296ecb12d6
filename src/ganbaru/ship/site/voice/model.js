/** A model without a face: for pages of one's own, for workers, for Node. */
class Model {
  #engine;

  constructor(info, engine, relaxed) {
    this.info = info;
    this.relaxed = relaxed;
    this.#engine = engine;
  }

  /**
   * `source`: a URL, bytes, or a compiled module. `worker`: make sounds outside this thread, where that is possible.
   * `exact`: leave the quicker kernels alone, for sounds that are the same to the bit everywhere.
   */
  static async load(source = HOME, { worker = false, exact = false, integrity = "" } = {}) {
    if (!source) throw new VoiceError("source");
    const far = worker ? called() : null; // before the model is here: both take their time
    try {
      const { plain, fused, info } = await loaded(source, { exact, integrity });
      const near = (await started(far, plain, fused)) ? far : await engine(plain, fused);
      return new Model(info, near, fused !== null);
    } catch (error) {
      far?.close();
      throw error instanceof VoiceError ? error : new VoiceError("damaged", error.message);
    }
  }

  /** The latent vector of a seed. */
  async draw(seed) {
    return this.#engine.draw(seedOf(seed));
  }

  /** The sound of a seed. */
  generate(seed, label = 0) {
    return this.#made("generate", seedOf(seed), label);
  }

  /** The sound of a latent vector. */
  run(latent, label = 0) {
    if (latent.length !== this.info.latent) throw new RangeError(`${this.info.latent} numbers are needed`);
    return this.#made("run", latent, label);
  }

  /** Ends the worker. */
  close() {
    this.#engine.close?.();
  }

  async #made(method, what, label) {
    if (label !== (label | 0)) throw new VoiceError("label", `(${label})`);
    let sound;
    try {
      sound = await this.#engine[method](what, label);
    } catch (error) {
      throw new VoiceError("broken", error.message);
    }
    if (sound === null) throw new VoiceError("label", `(${label})`);
    if (!sound.samples.every(Number.isFinite)) throw new VoiceError("broken");
    return sound;
  }
}

/** A worker; null where there are none. */
function called() {
  try {
    return new Distant();
  } catch {
    return null;
  }
}

/** Whether a worker took the model; a page's policy may have forbidden it. */
async function started(far, plain, fused) {
  try {
    return (await far?.start(plain, fused)) ?? false;
  } catch {
    far.close();
    return false;
  }
}

/** A seed as 64 bits. */
function seedOf(value) {
  try {
    const seed = BigInt(typeof value === "string" ? value.trim() || "none" : value);
    if (seed === BigInt.asUintN(64, seed)) return seed;
  } catch {
    // no whole number
  }
  throw new VoiceError("seed");
}

/**
 * From one latent vector to another. Of two independent normal vectors it is normal again: the weights' squares add up
 * to 1, so that no sound on the way is paler than its ends.
 */
function between(from, to, share) {
  const norm = Math.hypot(1 - share, share);
  return from.map((value, i) => ((1 - share) * value + share * to[i]) / norm);
}

/** The seed that the variation of this number around a sound of that key moves towards: short, and like no other. */
const towards = (key, number) => BigInt.asUintN(64, (64n * key + BigInt(number + 1)) * 0x9e3779b97f4a7c15n) >> 32n;
