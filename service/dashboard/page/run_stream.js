// A run's stream that is read to its end: when a connection breaks, another
// one goes on strictly after the last event that was handled. It can also be
// cut, and resumed, by hand.
//
//   connecting -> open -> ended
//        ^         |
//        +- lost <-+-> cut -> connecting;  failed: trying again cannot help
import {errorOf, passes} from './api_error.js';
import {Backoff, sleep} from './backoff.js';
import {SseParser} from './sse_parser.js';

// The service breaks a silence every 15 s: three of them missing, and the
// connection is dead.
const SILENCE_MAX_MS = 45_000;
const TERMINAL = new Set(['done', 'error', 'cancelled']);

export class RunStream {
  #open;
  #tell;
  #connection = null;  // an AbortController, of the current reading
  #backoff;

  state = 'idle';
  cursor = '';      // of the last event that was handled
  error = null;     // why it was lost, or failed

  // `open(cursor, signal)` gives a fetch Response. `tell`: {event, state, lost}
  // for each event {type, data, id}, each new state, and a log that has lost
  // what was handled before: all of it comes again.
  constructor(open, tell, backoff = new Backoff()) {
    this.#open = open;
    this.#tell = tell;
    this.#backoff = backoff;
  }

  // Starts, or goes on after a cut, at the cursor.
  start() {
    if (this.#connection) return;
    this.#backoff.reset();
    const connection = new AbortController();
    this.#connection = connection;
    this.#read(connection);
  }

  // Hangs up. Nothing that was not handled yet will be, until start().
  cut() {
    if (!this.#connection) return;
    this.#stop('cut');
  }

  close() {
    this.#connection?.abort();
    this.#connection = null;
  }

  #stop(state) {
    this.close();
    this.#enter(state);
  }

  #enter(state) {
    this.state = state;
    this.#tell.state(state);
  }

  async #read(connection) {
    const {signal} = connection;
    this.#enter('connecting');
    while (!signal.aborted) {
      let waitMs = 0;
      try {
        if (await this.#readOnce(signal)) return this.#stop('ended');
        this.error = null;
      } catch (error) {
        if (signal.aborted) return;
        this.error = error;
        waitMs = error.retryAfterMs ?? 0;
        if (error.code === 'DATA_LOSS') this.#forget();
        else if (!passes(error)) return this.#stop('failed');
      }
      if (signal.aborted) return;
      if (this.state !== 'lost') this.#enter('lost');
      await sleep(this.#backoff.nextMs(waitMs), signal);
    }
  }

  // Redis lost what we have seen: from the beginning, then.
  #forget() {
    this.cursor = '';
    this.#tell.lost();
  }

  // One connection; true at the run's end, false where it was cut off.
  async #readOnce(signal) {
    const alone = new AbortController();
    const watch = new Silence(SILENCE_MAX_MS, () => alone.abort());
    const both = AbortSignal.any([signal, alone.signal]);
    try {
      const response = await this.#open(this.cursor, both);
      if (response.status === 204) return true;
      const reader = response.body.getReader();
      return await this.#readEvents(reader, both, watch);
    } finally {
      watch.end();
      alone.abort();
    }
  }

  async #readEvents(reader, signal, watch) {
    const decoder = new TextDecoder();
    const parser = new SseParser();
    this.#enter('open');
    for (;;) {
      const {done, value} = await reader.read();
      if (done || signal.aborted) return false;
      watch.sign();
      const text = decoder.decode(value, {stream: true});
      for (const event of parser.push(text)) {
        if (this.#handle(event)) return true;
        if (signal.aborted) return false;
      }
    }
  }

  // True of the last one.
  #handle(event) {
    if (event.id === null) {
      if (event.type === 'error') throw errorOf(0, event.data, null);
      return false;
    }
    this.#backoff.reset();
    this.cursor = event.id;
    this.#tell.event(event);
    return TERMINAL.has(event.type);
  }
}

// Calls `dead` once there has been no sign of life for so long.
class Silence {
  #timer = 0;

  constructor(ms, dead) {
    this.ms = ms;
    this.dead = dead;
    this.sign();
  }

  sign() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.dead, this.ms);
  }

  end() {
    clearTimeout(this.#timer);
  }
}
