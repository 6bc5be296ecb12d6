"""A trained generator becomes one small WebAssembly file and a page that plays it."""
