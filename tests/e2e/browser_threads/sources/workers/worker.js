// Its own instance of the module, in the memory of the page.
onmessage = async ({ data: { module, memory, number, count, last } }) => {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const STACK = 1 << 20;
  const share = last / count;
  // Until it has a stack of its own, it uses that of the page: one after the other, as the page starts them.
  exports.__stack_pointer.value = exports.room(STACK, 16) + STACK;
  exports.__wasm_init_tls(exports.room(exports.__tls_size.value, exports.__tls_align.value));
  postMessage('ready');
  exports.meet(count);
  postMessage({ number, own: exports.add(number * share, (number + 1) * share) });
};
