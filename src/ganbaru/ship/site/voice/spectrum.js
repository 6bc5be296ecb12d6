const RANGE = 70; // dB below the loudest that are shown

/** Complex FFT in place, of a power of two (Cooley and Tukey 1965, decimation in time); `turn` is half a circle. */
function fourier(real, imaginary, turn) {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
  }
  for (let half = 1; half < size; half *= 2) {
    for (let k = 0; k < half; k++) {
      const [cos, sin] = turn[(k * size) / (2 * half)];
      for (let top = k; top < size; top += 2 * half) {
        const low = top + half;
        const re = real[low] * cos - imaginary[low] * sin, im = real[low] * sin + imaginary[low] * cos;
        real[low] = real[top] - re;
        imaginary[low] = imaginary[top] - im;
        real[top] += re;
        imaginary[top] += im;
      }
    }
  }
}

/** Levels in dB, frame after frame of `size / 2 + 1`, of Hann windows spread evenly over the sound. */
function spectrogram(samples, frames, size) {
  const bins = size / 2 + 1, levels = new Float32Array(frames * bins);
  const real = new Float64Array(size), imaginary = new Float64Array(size);
  const window = Float64Array.from(real, (_, i) => (1 - Math.cos((2 * Math.PI * i) / size)) / 2);
  const angles = Array.from({ length: size / 2 }, (_, k) => (-2 * Math.PI * k) / size);
  const turn = angles.map((angle) => [Math.cos(angle), Math.sin(angle)]);
  for (let frame = 0; frame < frames; frame++) {
    const start = Math.round(((frame + 0.5) / frames) * samples.length - size / 2);
    for (let i = 0; i < size; i++) real[i] = (samples[start + i] || 0) * window[i];
    imaginary.fill(0);
    fourier(real, imaginary, turn);
    for (let bin = 0; bin < bins; bin++) {
      levels[frame * bins + bin] = 10 * Math.log10(real[bin] ** 2 + imaginary[bin] ** 2 + 1e-12);
    }
  }
  return levels;
}

/** A window of about 32 ms, as a power of two. */
const windowSize = (rate) => 2 ** Math.min(11, Math.max(6, Math.round(Math.log2(0.032 * rate))));

const mel = (hertz) => Math.log1p(hertz / 700);
const hertz = (mel) => 700 * Math.expm1(mel);
