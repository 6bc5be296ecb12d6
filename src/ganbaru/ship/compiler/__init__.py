"""A torch generator becomes a WebAssembly module: captured, folded, planned, lowered to kernels, written as text."""
