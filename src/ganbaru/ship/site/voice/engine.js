/**
 * An instance that makes sounds. It is handed to a worker as text, so it refers to nothing outside itself.
 * What it makes is { latent, samples }; null where there is no such label.
 */
async function engine(plain, fused) {
  const { exports } = await WebAssembly.instantiate(plain, {});
  const quicker = fused && (await WebAssembly.instantiate(fused, { plain: exports }));
  const run = (quicker || { exports }).exports.run;
  const latent = new Float32Array(exports.memory.buffer, exports.latent.value, exports.latent_size.value);
  const output = new Float32Array(exports.memory.buffer, exports.output.value, exports.length.value);
  const draw = (seed) => {
    exports.draw(BigInt.asIntN(64, seed));
    return latent.slice();
  };
  const make = (label) => {
    exports.label.value = label;
    return run() === 0 ? { latent: latent.slice(), samples: output.slice() } : null;
  };
  return {
    draw,
    generate: (seed, label) => (draw(seed), make(label)),
    run: (vector, label) => (latent.set(vector), make(label)),
  };
}

/** The same interface for a page, whose questions it answers one by one. Runs in the worker. */
function serve(engine) {
  let instance = null;
  self.onmessage = async ({ data: { number, method, values } }) => {
    try {
      if (method === "start") instance = await engine(...values);
      const made = method === "start" ? true : instance[method](...values);
      const buffers = made?.samples ? [made.latent.buffer, made.samples.buffer] : [];
      self.postMessage({ number, made }, buffers);
    } catch (error) {
      self.postMessage({ number, failed: error.message });
    }
  };
}

/** An engine in a worker of its own, asked by messages. */
class Distant {
  #worker;
  #asked = new Map();
  #count = 0;
  #ended = false;

  constructor() {
    const text = `const engine = ${engine}; (${serve})(engine);`;
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    this.#worker = new Worker(url);
    URL.revokeObjectURL(url);
    this.#worker.onmessage = ({ data }) => this.#settle(data);
    this.#worker.onerror = () => this.close();
  }

  draw(seed) { return this.#ask("draw", seed); }
  generate(seed, label) { return this.#ask("generate", seed, label); }
  run(latent, label) { return this.#ask("run", latent, label); }
  start(plain, fused) { return this.#ask("start", plain, fused); }

  close() {
    this.#worker.terminate();
    this.#ended = true;
    for (const { reject } of this.#asked.values()) reject(new Error("the worker has ended"));
    this.#asked.clear();
  }

  #ask(method, ...values) {
    const number = this.#count++;
    return new Promise((resolve, reject) => {
      if (this.#ended) throw new Error("the worker has ended");
      this.#asked.set(number, { resolve, reject });
      this.#worker.postMessage({ number, method, values });
    });
  }

  #settle({ number, made, failed }) {
    const { resolve, reject } = this.#asked.get(number);
    this.#asked.delete(number);
    if (failed === undefined) resolve(made);
    else reject(new Error(failed));
  }
}
