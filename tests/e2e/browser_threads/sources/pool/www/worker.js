import init, { initThreadPool, sum_of_squares, threads } from './pool.js';
await init();
await initThreadPool(4);
postMessage(`${threads()} threads: ${sum_of_squares(1000)}`);
