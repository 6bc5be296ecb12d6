const HEAT = [[13, 8, 35], [67, 26, 110], [160, 42, 98], [229, 92, 66], [250, 176, 90], [253, 244, 208]];

const SHADES = 256;

/** Opaque colours from the quietest to the loudest, as the bytes of an image. */
const PALETTE = Uint32Array.from({ length: SHADES }, (_, shade) => {
  const at = (shade / SHADES) * (HEAT.length - 1), first = Math.floor(at);
  const [red, green, blue] = HEAT[first].map((value, i) => value + (at - first) * (HEAT[first + 1][i] - value));
  return new Uint32Array(Uint8Array.of(red, green, blue, 255).buffer)[0];
});

/** Fits a canvas to its place on the screen's own grid. */
function fitted(canvas) {
  const scale = globalThis.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(canvas.clientWidth * scale));
  canvas.height = Math.max(1, Math.round(canvas.clientHeight * scale));
  return { context: canvas.getContext("2d"), width: canvas.width, height: canvas.height, scale };
}

const peakOf = (samples) => samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Lowest to highest sample of each column, in the canvas's text colour. */
function drawWaveform(canvas, samples) {
  const { context, width, height } = fitted(canvas);
  const peak = Math.max(1e-6, peakOf(samples));
  const place = (value) => (height / 2) * (1 - (0.94 * value) / peak);
  context.fillStyle = getComputedStyle(canvas).color;
  for (let x = 0; x < width; x++) {
    const first = Math.floor((x / width) * samples.length);
    const last = Math.max(first + 1, Math.ceil(((x + 1) / width) * samples.length));
    const part = samples.subarray(first, last + 1);
    const high = place(Math.max(...part)), low = place(Math.min(...part));
    context.fillRect(x, high, 1, Math.max(1, low - high));
  }
}

/** Frequency upwards on the mel scale, with its marks. */
function drawSpectrogram(canvas, samples, rate) {
  const { context, width, height, scale } = fitted(canvas);
  const frames = Math.min(width, 640), size = windowSize(rate), bins = size / 2 + 1;
  const levels = spectrogram(samples, frames, size), top = levels.reduce((most, value) => Math.max(most, value), -120);
  const image = new ImageData(frames, height), pixels = new Uint32Array(image.data.buffer);
  for (let y = 0; y < height; y++) {
    const bin = (hertz(mel(rate / 2) * (1 - (y + 0.5) / height)) / rate) * size, low = Math.floor(bin);
    for (let x = 0; x < frames; x++) {
      const here = levels[x * bins + low], next = levels[x * bins + Math.min(bins - 1, low + 1)];
      const share = 1 + (here + (bin - low) * (next - here) - top) / RANGE;
      pixels[y * frames + x] = PALETTE[Math.min(SHADES - 1, Math.max(0, Math.floor(SHADES * share)))];
    }
  }
  const drawn = new OffscreenCanvas(frames, height);
  drawn.getContext("2d").putImageData(image, 0, 0);
  context.drawImage(drawn, 0, 0, width, height);
  drawMarks(context, height, rate, scale);
}

function drawMarks(context, height, rate, scale) {
  context.font = `${11 * scale}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  context.shadowColor = "#000";
  context.shadowBlur = 3 * scale;
  for (const kilohertz of [0.5, 1, 2, 4, 8, 16]) {
    const y = height * (1 - mel(1000 * kilohertz) / mel(rate / 2));
    if (y < 10 * scale) continue;
    context.fillStyle = "rgb(255 255 255 / 45%)";
    context.fillRect(0, Math.round(y), 5 * scale, scale);
    context.fillStyle = "rgb(255 255 255 / 85%)";
    context.fillText(`${kilohertz} kHz`, 8 * scale, y);
  }
}
