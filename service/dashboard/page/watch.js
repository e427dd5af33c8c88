// One run under watch: its stream, its answer, the newest lines of its log, and
// where the stream was cut. Knows no element; views look at it when it changes.
import {getRun, openStream} from './api.js';
import {Answer} from './answer.js';
import {numberOf} from './cursor.js';
import {RunStream} from './run_stream.js';

const LINES_MAX = 300;
const LOOK_MS = 1500;

export class Watch {
  answer = new Answer();
  // The newest lines of the log, numbered: an event {id, type, data} or a gap.
  lines = [];
  lineCount = 0;
  gaps = [];        // {why, cursor, events, at, resumedAt, written, caughtUp}
  proof = null;
  #changed;
  #stream;
  #sleeps = false;

  // `changed` is called after each change, often.
  constructor(conversationId, runId, changed) {
    this.conversationId = conversationId;
    this.runId = runId;
    this.#changed = changed;
    this.#stream = new RunStream(
        (cursor, signal) => openStream(conversationId, runId, cursor, signal), {
          event: event => this.#onEvent(event),
          state: state => this.#onState(state),
          lost: () => this.#onLost(),
        });
  }

  get state() { return this.#stream.state; }
  get cursor() { return this.#stream.cursor; }
  get error() { return this.#stream.error; }
  get over() { return ['ended', 'failed'].includes(this.state); }
  // The stream may be cut.
  get listening() { return ['connecting', 'open', 'lost'].includes(this.state); }
  // The gap that is open now.
  get gap() {
    const last = this.gaps.at(-1);
    return last && !last.resumedAt ? last : null;
  }

  start() { this.#stream.start(); }
  close() { this.#stream.close(); }

  // Hangs up for as long as nobody looks; no cut, since nobody misses anything.
  sleep() {
    this.#sleeps = this.listening;
    if (this.#sleeps) this.#stream.close();
  }

  wake() {
    if (this.#sleeps) this.#stream.start();
    this.#sleeps = false;
  }

  cut() {
    if (this.gap) this.gap.why = 'cut';  // it was lost before
    this.#stream.cut();
  }

  // Asks how far the log is by now, so as to tell what was missed; and resumes
  // all the same where that is not answered.
  async resume() {
    try {
      const patience = AbortSignal.timeout(LOOK_MS);
      this.setRun(await getRun(this.conversationId, this.runId, patience));
    } catch {
      // Not told, then.
    }
    if (this.state === 'cut') this.#stream.start();
  }

  // What the run's record says now.
  setRun(run) {
    if (!this.gap || !run.last_cursor) return;
    this.gap.upTo = numberOf(run.last_cursor);
    this.gap.written = Math.max(0, this.gap.upTo - numberOf(this.gap.cursor));
    this.#changed();
  }

  #onEvent(event) {
    if (!this.answer.take(event)) return this.#changed();
    this.#endGap(numberOf(event.id));
    this.#log({event});
    this.#changed();
  }

  #log(line) {
    this.lines.push({...line, number: this.lineCount += 1});
    if (this.lines.length > LINES_MAX) this.lines.shift();
  }

  #endGap(number) {
    const last = this.gaps.at(-1);
    if (!last || last.caughtUpAt || !last.resumedAt) return;
    if (last.upTo && number >= last.upTo) last.caughtUpAt = Date.now();
  }

  #onState(state) {
    if (state === 'open' && this.gap) {
      this.gap.resumedAt = Date.now();
      this.answer.lateUntil = this.gaps.at(-1).upTo ?? 0;
    } else if (state === 'cut' || state === 'lost') {
      this.#openGap(state);
    }
    this.#changed();
  }

  // Of a stream that never said anything nothing is cut off.
  #openGap(why) {
    if (this.gap || (why === 'lost' && !this.cursor)) return;
    const gap = {
      why, cursor: this.cursor, events: this.answer.tally.events,
      at: Date.now(), resumedAt: 0, upTo: 0, written: 0, caughtUpAt: 0,
    };
    this.gaps.push(gap);
    this.answer.addGap(gap);
    this.#log({gap});
  }

  #onLost() {
    this.answer.forget();
    this.lines = [];
    this.lineCount = 0;
    this.gaps = [];
  }
}
