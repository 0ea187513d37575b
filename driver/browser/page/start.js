// Runs in every document before its own scripts. CONFIG is put in by the program that opened the page; `cargoWasmReport` is its ear, a binding
// of the DevTools protocol.
//
// A page that somebody else wrote sees `cargoWasm.args` and ends the run with `cargoWasm.exit(status)`.
globalThis.cargoWasm ??= (() => {
  const config = CONFIG;
  const report = (message) => globalThis.cargoWasmReport(JSON.stringify(message));
  return { args: config.args, config, report, exit: (status = 0) => report({ end: status & 0xff, workers: true }) };
})();
