// Looks again and again, never twice at once: at the pace that the last look
// asked for, more and more seldom while looks fail, and not at all while
// nobody sees the page.
import {Backoff, sleep} from './backoff.js';

const FAILING_MAX_MS = 10_000;

export class Poller {
  #life = null;     // an AbortController, while it runs
  #wake = null;     // of the pause between two looks
  #backoff = new Backoff({firstMs: 500, maxMs: FAILING_MAX_MS});
  #onVisible = () => { if (!document.hidden) this.poke(); };

  // `look(signal)` resolves to the milliseconds until the next one, or to null
  // to end. `failed(error)`: true to end.
  constructor(look, failed = () => false) {
    this.look = look;
    this.failed = failed;
  }

  start() {
    if (this.#life) return;
    this.#life = new AbortController();
    document.addEventListener('visibilitychange', this.#onVisible);
    this.#run(this.#life.signal);
  }

  stop() {
    this.#life?.abort();
    this.#life = null;
    document.removeEventListener('visibilitychange', this.#onVisible);
  }

  // Looks now, or once more when the look under way is done.
  poke() {
    this.#wake?.abort();
    this.#poked = true;
  }

  #poked = false;

  async #run(signal) {
    while (!signal.aborted) {
      this.#poked = false;
      const pauseMs = await this.#lookOnce(signal);
      if (pauseMs === null || signal.aborted) return;
      if (!this.#poked) await this.#pause(pauseMs, signal);
    }
  }

  async #lookOnce(signal) {
    try {
      const pauseMs = await this.look(signal);
      this.#backoff.reset();
      return pauseMs;
    } catch (error) {
      if (signal.aborted || this.failed(error)) return null;
      return this.#backoff.nextMs(error.retryAfterMs);
    }
  }

  async #pause(ms, signal) {
    do {
      this.#wake = new AbortController();
      await sleep(ms, AbortSignal.any([signal, this.#wake.signal]));
    } while (document.hidden && !this.#poked && !signal.aborted);
  }
}
