// The race in node: reads what to do from standard input, a line of JSON each, and answers with one.
//
//     node node.mjs FOLDER_OF_PACKAGES

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { prepare, sound, turn, warm } from "./sides.mjs";

const packages = process.argv[2];
const require = createRequire(pathToFileURL(join(packages, "x")));
const ort = await import(pathToFileURL(join(packages, "onnxruntime-web/dist/ort.node.min.mjs")));
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";
const tf = require("@tensorflow/tfjs-core");
const { setThreadsCount } = require("@tensorflow/tfjs-backend-wasm");
tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
setThreadsCount(1);
await tf.setBackend("wasm");

const environment = { load: readFile, ort, tf };
let sides = {};

const DO = {
  async prepare({ spec }) {
    sides = await prepare(spec, environment);
    return Object.keys(sides);
  },
  async sound({ side }) {
    return sound(sides[side]);
  },
  async warm({ milliseconds }) {
    for (const side of Object.values(sides)) await warm(side, milliseconds);
    return null;
  },
  async turn({ side }) {
    return turn(sides[side]);
  },
  async brotli({ file, quality }) {
    const data = await readFile(file);
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
    };
    return brotliCompressSync(data, { params }).length;
  },
};

console.log(JSON.stringify({ version: `node ${process.version}, V8 ${process.versions.v8}` }));
for await (const line of createInterface({ input: process.stdin })) {
  const told = JSON.parse(line);
  console.log(JSON.stringify(await DO[told.do](told)));
}
