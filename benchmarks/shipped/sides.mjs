// The sides of the race, alike in node and in a page: each is made once, then asked for sound after sound.
//
// A side is {run, repeats}: run() gives its samples in a Float32Array of its own, or a promise of them.

const PIECES = 5; // of a turn: their median counts, so that a job that comes between spoils one of them
const PIECE = 4; // ms that a piece should take, so that the clock's steps do not matter

async function bytes(load, path) {
  return new Uint8Array(await load(path));
}

async function floats(load, path) {
  return new Float32Array((await bytes(load, path)).slice().buffer);
}

async function ganbaru({ module, relaxed }, latent, { load }) {
  const compiled = await WebAssembly.compile(await bytes(load, module));
  const plain = (await WebAssembly.instantiate(compiled)).exports;
  let { run } = plain;
  if (relaxed) {
    const [kernels] = WebAssembly.Module.customSections(compiled, "ganbaru.fused");
    if (!WebAssembly.validate(kernels)) return null;
    ({ run } = (await WebAssembly.instantiate(kernels, { plain })).instance.exports);
  }
  const { memory, length } = plain;
  new Float32Array(memory.buffer, plain.latent.value, latent.length).set(latent);
  const output = new Float32Array(memory.buffer, plain.output.value, length.value);
  return () => {
    run();
    return output.slice();
  };
}

async function ort({ model }, latent, { load, ort }) {
  const session = await ort.InferenceSession.create(await bytes(load, model), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  return async () => {
    const made = await session.run({ latent: new ort.Tensor("float32", latent, [1, latent.length]) });
    return made.sound.data;
  };
}

async function tfjs({ steps, weights }, latent, { load, tf }) {
  const numbers = await floats(load, weights);
  const held = (told) => {
    const size = told.shape.reduce((a, b) => a * b, 1);
    return tf.tensor(numbers.slice(told.first, told.first + size), told.shape);
  };
  const ready = steps.map((step) =>
    step.weight ? { ...step, weight: held(step.weight), bias: held(step.bias) } : step,
  );
  return () => {
    const made = tf.tidy(() => tfjsSound(tf, ready, latent));
    const samples = made.dataSync().slice();
    made.dispose();
    return samples;
  };
}

// Values are (1, 1, L, C): channels innermost, so that what a folded convolution makes only needs another shape.
function tfjsSound(tf, steps, latent) {
  const values = {};
  let last;
  for (const step of steps) {
    const given = step.inputs.map((name) => values[name]);
    const [channels, ...space] = step.shape;
    const shape = [1, 1, space.length ? space[0] : 1, channels];
    last = values[step.makes] = tf.reshape(tfjsStep(tf, step, given, latent), shape);
  }
  return last;
}

function tfjsStep(tf, step, [x, y], latent) {
  const { name, slope } = step.activation;
  const fusable = { leaky_relu: "leakyrelu", relu: "relu" }[name];
  const fused = { activation: fusable ?? "linear", leakyreluAlpha: slope };
  let made;
  switch (step.operation) {
    case "latent":
      return tf.tensor(latent, [1, latent.length]);
    case "linear":
      made = tf.fused.matMul({ a: tf.reshape(x, [1, -1]), b: step.weight, bias: step.bias, ...fused });
      break;
    case "convolution":
    case "upsampled":
      made = tf.fused.conv2d({
        x,
        filter: step.weight,
        strides: 1,
        pad: [[0, 0], [0, 0], step.padding, [0, 0]],
        bias: step.bias,
        ...fused,
      });
      break;
    case "add":
      made = tf.add(x, y);
      return fusable === "leakyrelu" ? tf.leakyRelu(made, slope) : made;
    case "crop": {
      const axis = step.axis === 0 ? 3 : 2;
      const begin = [0, 0, 0, 0];
      const size = [...x.shape];
      begin[axis] = step.start;
      size[axis] = step.stop - step.start;
      return tf.slice(x, begin, size);
    }
    case "reshape": // of the output alone, to channels first
      return tf.transpose(x, [0, 1, 3, 2]);
    case "tanh":
      return tf.tanh(x);
    default:
      throw new Error(`tfjs is not told how to do ${step.operation}`);
  }
  return name === "tanh" ? tf.tanh(made) : made;
}

async function ceiling({ module }, latent, { load }) {
  const code = await bytes(load, module);
  if (!WebAssembly.validate(code)) return null;
  const { run } = (await WebAssembly.instantiate(code)).instance.exports;
  return () => [run(0.999, 0.001)];
}

const KINDS = { ganbaru, ort, tfjs, ceiling };

/** Makes every side of one generator, by name; those that this machine cannot run are left out. */
export async function prepare({ latent, sides }, environment) {
  const given = await floats(environment.load, latent);
  const made = {};
  for (const [name, told] of Object.entries(sides)) {
    const run = await KINDS[told.kind](told, given, environment);
    if (run) made[name] = { run, repeats: 1 };
  }
  return made;
}

/** What a side makes, as a list. */
export async function sound(side) {
  return Array.from(await side.run());
}

/** Runs a side until its code is the engine's best, and settles how often a piece of a turn runs it. */
export async function warm(side, milliseconds) {
  const began = performance.now();
  let runs = 0;
  while (performance.now() - began < milliseconds || runs < 5) {
    await side.run();
    runs += 1;
  }
  side.repeats = 1;
  side.repeats = Math.max(1, Math.round(PIECE / (await turn(side))));
}

/** Milliseconds for one sound: the median over the pieces of a turn. */
export async function turn(side) {
  const pieces = [];
  for (let piece = 0; piece < PIECES; piece += 1) {
    const began = performance.now();
    for (let number = 0; number < side.repeats; number += 1) {
      const made = side.run();
      if (made instanceof Promise) await made;
    }
    pieces.push((performance.now() - began) / side.repeats);
  }
  return pieces.sort((a, b) => a - b)[PIECES >> 1];
}
