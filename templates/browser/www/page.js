// Loads the module and draws what it computes.
const COLUMNS = 32;
const { instance } = await WebAssembly.instantiateStreaming(fetch("{{name}}.wasm"));
const { height } = instance.exports;

const canvas = document.querySelector("canvas");
const context = canvas.getContext("2d");
context.fillStyle = "#fc6";

function draw(milliseconds) {
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (let x = 0; x < COLUMNS; ++x) {
    const size = height(x, milliseconds) * canvas.height;
    context.fillRect(x * 10, canvas.height - size, 9, size);
  }
}

draw(0);
const heights = Array.from({ length: COLUMNS }, (_, x) => Math.round(height(x, 0) * 9));
console.log(`{{name}} draws ${heights.join("")}`);

// `cargo-wasm run` waits until the page says that it is done; in a browser of your own it goes on.
if (globalThis.cargoWasm) {
  cargoWasm.exit(0);
} else {
  const next = (milliseconds) => {
    draw(milliseconds);
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}
