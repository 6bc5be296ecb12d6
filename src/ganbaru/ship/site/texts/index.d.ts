/** What a model says of itself. */
export interface Info {
  readonly schema: "ganbaru.module/1";
  readonly name: string;
  readonly version: string;
  readonly made_with: string;
  /** Under which its sounds may be used; null: not stated. */
  readonly licence: string | null;
  readonly credits: readonly string[];
  /** Of the weights. */
  readonly precision: "fp32" | "fp16" | "int8" | "int7" | "int6" | "int5";
  /** Hz. */
  readonly sample_rate: number;
  /** Samples of a sound. */
  readonly length: number;
  /** Numbers of a latent vector. */
  readonly latent: number;
  /** Names, in the order of their numbers; none where sounds cannot be asked for by label. */
  readonly labels: readonly string[];
  readonly representation: string;
  readonly parameters: number;
  /** Of sounds against those that Python makes of the same seeds, full scale being 1. */
  readonly error: { readonly maximum: number; readonly rms: number; readonly seeds: number; readonly audible?: number };
  readonly mark: string | null;
}

/** A seed is a whole number from 0 to 2^64 - 1. */
export type Seed = bigint | number | string;

/** A sound and what it was made of. */
export interface Made {
  /** Full scale being 1. */
  readonly samples: Float32Array;
  readonly latent: Float32Array;
}

export interface LoadOptions {
  /** Make sounds outside this thread, where that is possible; false if left out. */
  worker?: boolean;
  /** Leave relaxed SIMD alone: sounds are the same to the bit everywhere, and take a little longer. */
  exact?: boolean;
  /** As in `<script integrity>`, "sha256-…" alone: only this file is loaded. */
  integrity?: string;
}

export type Source = string | URL | BufferSource | WebAssembly.Module;

/** A model without a face. */
export class Model {
  private constructor();
  readonly info: Info;
  /** Whether relaxed SIMD is used. */
  readonly relaxed: boolean;
  /** Loads a model; without a source, the one of this package. Rejects with a `VoiceError`. */
  static load(source?: Source, options?: LoadOptions): Promise<Model>;
  /** The latent vector of a seed: independent standard normal numbers. */
  draw(seed: Seed): Promise<Float32Array>;
  /** The sound of a seed; label 0 where none is given. */
  generate(seed: Seed, label?: number): Promise<Made>;
  /** The sound of a latent vector. */
  run(latent: ArrayLike<number>, label?: number): Promise<Made>;
  /** Ends the worker, where there is one. */
  close(): void;
}

export type ErrorCode =
  | "no-wasm" | "no-simd" | "source" | "missing" | "damaged" | "changed" | "foreign" | "schema" | "broken" | "label"
  | "seed" | "audio" | "device";

export class VoiceError extends Error {
  readonly code: ErrorCode;
  /** What the browser said, if anything. */
  readonly detail: string;
}

/** From one latent vector to another, at a share of 0 to 1; normal again where the two are independent and normal. */
export function between(from: Float32Array, to: Float32Array, share: number): Float32Array;

/** A WAV file: mono, 16 bits, each sample rounded; `tags` by the names of RIFF's INFO, such as `{ INAM: "…" }`. */
export function wavBytes(samples: Float32Array, rate: number, tags: Readonly<Record<string, string>>): Uint8Array;

/** What an element shows. */
export interface Sound extends Made {
  readonly label: number;
  /** Where its way began. */
  readonly seed: bigint;
  /** Towards which seeds it was moved since, and how far. */
  readonly steps: readonly { readonly to: bigint; readonly share: number }[];
}

export interface VoiceEvents {
  /** A model is loaded and its first sound is shown. */
  ready: CustomEvent<{ info: Info }>;
  /** A sound is shown. */
  sound: CustomEvent<{ sound: Sound }>;
  /** All variations of it are there. */
  variations: CustomEvent<Record<string, never>>;
  play: CustomEvent<{ sound: Sound }>;
  ended: CustomEvent<Record<string, never>>;
  /** Something went wrong; it is said on the page, too. */
  error: CustomEvent<{ code: ErrorCode; message: string }>;
}

/**
 * `<ganbaru-voice src="model.wasm">`.
 *
 * Attributes: `src` (the model), `seed` and `label` (the sound), `lang` ("en" or "ja"; else the page's, else the
 * browser's), `integrity` and `exact` (as in `LoadOptions`).
 */
export class GanbaruVoice extends HTMLElement {
  static readonly Model: typeof Model;
  src: string;
  get seed(): bigint;
  set seed(value: Seed);
  label: number;
  readonly state: "empty" | "loading" | "ready" | "broken";
  /** Resolves once a sound is shown; rejects where there is nothing to show. */
  readonly ready: Promise<void>;
  readonly info: Info | null;
  readonly relaxed: boolean;
  readonly playing: boolean;
  /** The one that is shown. */
  readonly sound: Sound | null;
  /** Those around it that are made already. */
  readonly variations: readonly Sound[];
  /** Makes and shows the sound of a seed; without arguments, that of the attributes. */
  generate(seed?: Seed, label?: number): Promise<Sound>;
  /** Makes and shows a variation, by its number from 0. */
  vary(number: number): Promise<Sound>;
  /** Makes and shows what lies between the sound that variations start from and that of a seed. */
  morph(seed: Seed, share: number): Promise<Sound>;
  /** Lets variations start from the sound that is shown. */
  walk(): Sound | null;
  /**
   * Plays the sound that is shown; a browser lets it only after a press. Resolves once it begins, or was stopped before;
   * rejects with a `VoiceError`, "device" where the browser has given no sound for a second and a half.
   */
  play(): Promise<void>;
  stop(): void;
  /** The sound that is shown as a WAV file that says what made it. */
  wav(): Blob;
  addEventListener<K extends keyof VoiceEvents>(
    type: K, listener: (event: VoiceEvents[K]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(
    type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "ganbaru-voice": GanbaruVoice;
  }
}
