const SCHEMA = "ganbaru.module/1";
const NEEDED = ["memory", "draw", "run", "latent", "latent_size", "output", "length", "sample_rate", "labels", "label"];
/** (module (func (result v128) (v128.const i64x2 0 0))), which only a browser with 128-bit vectors accepts. */
const VECTORS = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 22, 1, 20, 0, 253, 12,
  ...new Array(16).fill(0), 11];

/** What can go wrong, by a code that the page has words for. */
class VoiceError extends Error {
  constructor(code, detail = "") {
    super(detail ? `${WORDS.en.errors[code]} ${detail}` : WORDS.en.errors[code]);
    this.name = "VoiceError";
    this.code = code;
    this.detail = detail;
  }
}

/** A model's modules and what it says of itself: { plain, fused, info }. */
async function loaded(source, { integrity = "", exact = false } = {}) {
  const plain = await compiled(source, integrity);
  const info = described(plain);
  const [quicker] = WebAssembly.Module.customSections(plain, "ganbaru.fused");
  const fused = !exact && quicker && WebAssembly.validate(quicker) ? await WebAssembly.compile(quicker) : null;
  return { plain, fused, info };
}

async function compiled(source, integrity) {
  if (typeof WebAssembly !== "object") throw new VoiceError("no-wasm");
  if (!WebAssembly.validate(new Uint8Array(VECTORS))) throw new VoiceError("no-simd");
  if (source instanceof WebAssembly.Module) return source;
  try {
    if (typeof source !== "string" && !(source instanceof URL)) return await WebAssembly.compile(source);
    const url = new URL(source, globalThis.document ? document.baseURI : undefined).href;
    return url.startsWith("file:") ? await fromFile(url, integrity) : await fetched(url, integrity);
  } catch (error) {
    if (error instanceof VoiceError) throw error;
    throw new VoiceError(error instanceof TypeError ? "missing" : "damaged", error.message);
  }
}

/** Compiled while it comes in, where the server says that it is WebAssembly; else once it is here. */
async function fetched(url, integrity) {
  const response = await answer(url, integrity);
  if (!response.ok) throw new VoiceError("missing", `${url}: HTTP ${response.status}`);
  const streams = WebAssembly.compileStreaming && response.headers.get("content-type") === "application/wasm";
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

async function answer(url, integrity) {
  try {
    return await fetch(url, { integrity });
  } catch (error) {
    const there = integrity && (await fetch(url).then((response) => response.ok, () => false));
    throw new VoiceError(there ? "changed" : "missing", there ? "" : `${url}: ${error.message}`);
  }
}

/** From disk nothing may be fetched, but scripts may be run: `model.wasm.js` holds the same bytes as base64. */
async function fromFile(url, integrity) {
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${url}.js`;
    script.onload = resolve;
    script.onerror = () => reject(new VoiceError("missing", script.src));
    document.head.append(script);
    script.remove();
  });
  const bytes = decoded(globalThis.ganbaruModules?.[`${url}.js`] ?? "");
  if (integrity && crypto.subtle && integrity !== (await fingerprint(bytes))) throw new VoiceError("changed");
  return WebAssembly.compile(bytes);
}

function decoded(base64) {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

/** As the attribute `integrity` has it. */
async function fingerprint(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `sha256-${btoa(String.fromCharCode(...digest))}`;
}

/** The module's own account, from its section `ganbaru`. */
function described(module) {
  const [section] = WebAssembly.Module.customSections(module, "ganbaru");
  if (!section) throw new VoiceError("foreign");
  let info;
  try {
    info = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(section));
  } catch (error) {
    throw new VoiceError("damaged", error.message);
  }
  if (info?.schema !== SCHEMA) throw new VoiceError("schema", `(${info?.schema})`);
  const exported = new Set(WebAssembly.Module.exports(module).map((each) => each.name));
  const lacking = NEEDED.filter((name) => !exported.has(name));
  if (lacking.length) throw new VoiceError("damaged", `(${lacking.join(", ")})`);
  return info;
}
