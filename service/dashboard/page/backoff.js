// How long to wait before the next try: full jitter, so that many pages that
// lost the same service do not come back at the same moment.

export class Backoff {
  #tries = 0;

  constructor({firstMs = 250, maxMs = 5000, random = Math.random} = {}) {
    this.firstMs = firstMs;
    this.maxMs = maxMs;
    this.random = random;
  }

  // At least `leastMs`, as a server may ask for.
  nextMs(leastMs = 0) {
    const most = Math.min(this.maxMs, this.firstMs * 2 ** this.#tries);
    if (most < this.maxMs) this.#tries += 1;
    return leastMs + Math.ceil(this.random() * most);
  }

  // After a success.
  reset() {
    this.#tries = 0;
  }
}

// Ends early, without an error, when the signal aborts.
export function sleep(ms, signal) {
  return new Promise(resolve => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
