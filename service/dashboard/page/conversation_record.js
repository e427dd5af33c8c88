// What the service keeps of a conversation: its runs, newest first, and its
// messages, which are read again only when a run's state has changed.
import * as api from './api.js';
import {storedAnswer} from './stored_answer.js';

const LIST_MS = 4000;
const RUNS = 20;
const RUNS_MAX = 960;
const NOTHING = storedAnswer([]);

const ACTIVE = new Set(['QUEUED', 'RUNNING']);
export const isActive = run => ACTIVE.has(run?.state);

export class ConversationRecord {
  #pageSize = RUNS;
  #more = false;
  #listAt = 0;          // when the runs are to be listed again
  #known = '';          // the runs' states when the messages were read
  #stored = new Map();  // by run

  runs = [];
  messages = [];
  conversation = null;

  constructor(id) {
    this.id = id;
  }

  // Of the runs in the list, and not in it.
  get hasEarlier() { return this.#more && this.#pageSize < RUNS_MAX; }
  get busy() { return this.runs.some(isActive); }

  run(runId) {
    return this.runs.find(run => run.run_id === runId);
  }

  // What is kept of a run's words, for StepsView.
  stored(runId) {
    return this.#stored.get(runId) ?? NOTHING;
  }

  // The next look lists the runs again.
  expire() { this.#listAt = 0; }

  showEarlier() {
    this.#pageSize = Math.min(2 * this.#pageSize, RUNS_MAX);
    this.expire();
  }

  // Between two listings, only at the run that matters most.
  async look(runId, signal) {
    const fresh = Date.now() < this.#listAt && this.run(runId);
    await (fresh ? this.#readRun(runId, signal) : this.#readRuns(signal));
    const known = this.runs.map(run => run.run_id + run.state).join();
    if (known === this.#known) return;
    await this.#readMessages(signal);
    this.#known = known;
  }

  async #readRun(runId, signal) {
    const run = await api.getRun(this.id, runId, signal);
    this.runs = this.runs.map(each => each.run_id === runId ? run : each);
  }

  async #readRuns(signal) {
    this.#listAt = Date.now() + LIST_MS;
    const listed = await api.listRuns(this.id, this.#pageSize, signal);
    this.runs = listed.runs;
    this.#more = listed.next_page_token !== '';
  }

  async #readMessages(signal) {
    this.conversation = await api.getConversation(this.id, signal);
    this.messages = this.conversation.messages;
    const byRun = new Map();
    for (const message of this.messages) {
      const of = byRun.get(message.run_id) ?? [];
      byRun.set(message.run_id, of);
      of.push(message);
    }
    this.#stored = new Map(Array.from(byRun,
        ([run, messages]) => [run, storedAnswer(messages)]));
  }
}
