"use strict";
if (location.protocol !== "file:") {
  const link = { rel: "preload", as: "fetch", crossOrigin: "anonymous", href: "model.wasm" };
  document.head.append(Object.assign(document.createElement("link"), link));
}
