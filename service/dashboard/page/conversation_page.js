// A conversation: its turns, oldest first, and one run of it under watch. Looks
// at the runs' records again and again, and at the messages when one of those
// has changed.
import * as api from './api.js';
import {announce, explain} from './contact.js';
import {confirm} from './confirm.js';
import {ConversationHead} from './conversation_head.js';
import {Follow} from './follow.js';
import {Frame} from './frame.js';
import {goTo, linkTo} from './route.js';
import {h, KeyedList, setText} from './dom.js';
import {isActive, TurnView} from './turn_view.js';
import {LogView} from './log_view.js';
import {Poller} from './poller.js';
import {prove} from './proof.js';
import {RunForm} from './run_form.js';
import {storedAnswer} from './stored_answer.js';
import {StreamPanel} from './stream_panel.js';
import {Watch} from './watch.js';

const BUSY_LOOK_MS = 1000;
const IDLE_LOOK_MS = 4000;
const RUNS = 20;
const RUNS_MAX = 960;
const NOTHING = storedAnswer([]);

export class ConversationPage {
  #poller = new Poller(signal => this.#look(signal), error => this.#failed(error));
  #frame = new Frame(() => this.#draw());
  #panel = new StreamPanel();
  #log = new LogView();
  #runs = [];          // newest first, as they are listed
  #runCount = RUNS;
  #messages = [];
  #stored = new Map();  // by run
  #known = '';          // the runs' states when the messages were read
  #watch = null;
  #followed = null;    // was going on when it was first seen: kept in sight
  #follow = new Follow(() => this.#pane(), () => this.#end());

  // `onDeleted(id)` once it is gone by our own doing.
  constructor(id, runId, onDeleted) {
    this.id = id;
    this.wanted = runId;
    this.onDeleted = onDeleted;
    this.head = new ConversationHead(id, () => this.#delete());
    this.earlier = h('button', {
      class: 'quiet', type: 'button', hidden: true,
      onclick: () => this.#showEarlier(),
    }, 'Show earlier runs');
    this.turns = h('div', {class: 'turns'});
    this.error = h('p', {class: 'error', role: 'alert', hidden: true});
    this.place = h('div', {class: 'composer-place'});
    this.list = new KeyedList(this.turns, ({run}) => run.run_id,
        ({run}) => new TurnView(id, run, each => this.#cancel(each)));
    this.element = h('div', {class: 'conversation'}, this.head.element,
        h('div', {class: 'panes'}, this.#panel.element,
            h('section', {class: 'talk', 'aria-label': 'Turns'},
                this.earlier, this.turns, this.error, this.place),
            this.#log.element));
    this.#panel.element.hidden = true;
    this.#log.element.hidden = true;
  }

  start() { this.#poller.start(); }

  close() {
    this.#poller.stop();
    this.#frame.cancel();
    this.#watch?.close();
  }

  // Another run of this conversation; empty: whichever is newest.
  show(runId) {
    this.wanted = runId;
    this.#choose();
    this.#poller.poke();
  }

  get #run() {
    return this.#runs.find(run => run.run_id === this.#watch?.runId);
  }

  async #look(signal) {
    const {runs, next_page_token: next} =
        await api.listRuns(this.id, this.#runCount, signal);
    const known = runs.map(run => run.run_id + run.state).join();
    if (known !== this.#known) await this.#readMessages(signal);
    this.#known = known;
    this.#runs = runs;
    this.earlier.hidden = !next || this.#runCount >= RUNS_MAX;
    this.#choose();
    if (this.#run) this.#watch.setRun(this.#run);
    await this.#prove();
    this.#update();
    return runs.some(isActive) || this.#watch?.gap ? BUSY_LOOK_MS : IDLE_LOOK_MS;
  }

  async #readMessages(signal) {
    const conversation = await api.getConversation(this.id, signal);
    this.#messages = conversation.messages;
    const byRun = new Map();
    for (const message of this.#messages) {
      const of = byRun.get(message.run_id) ?? [];
      byRun.set(message.run_id, of);
      of.push(message);
    }
    this.#stored = new Map(Array.from(byRun,
        ([run, messages]) => [run, storedAnswer(messages)]));
    this.head.update(conversation);
    this.#offerComposer(conversation.agent);
  }

  #offerComposer(agent) {
    if (this.place.hasChildNodes()) return;
    const form = new RunForm({agent, conversationId: this.id}, started => {
      goTo(linkTo(this.id, started.run_id));
      this.#poller.poke();
    });
    this.place.append(form.element);
  }

  // The run that was asked for; or the newest, unless one is being watched that
  // has not ended, or was cut by hand.
  #choose() {
    const wanted = this.wanted || this.#newest();
    if (!wanted || wanted === this.#watch?.runId) return;
    this.#watch?.close();
    this.#watch = new Watch(this.id, wanted, () => this.#onWatch());
    this.#watch.start();
    this.#panel.element.hidden = false;
    this.#log.element.hidden = false;
    this.#update();
  }

  #newest() {
    if (this.#watch && !this.#watch.over) return this.#watch.runId;
    return this.#runs[0]?.run_id;
  }

  #onWatch() {
    this.#frame.ask();
    if (this.#watch.over && !this.#watch.proof) this.#poller.poke();
  }

  // Of a run whose text the conversation keeps.
  async #prove() {
    const watch = this.#watch;
    const run = this.#run;
    if (watch?.proof || watch?.answer.end?.kind !== 'done') return;
    if (run?.state !== 'COMPLETED' || !this.#stored.get(run.run_id)?.said) return;
    watch.proof = await prove(watch.answer, run, this.#messages);
  }

  #update() {
    this.list.update(this.#runs.toReversed().map(run => ({
      run,
      stored: this.#stored.get(run.run_id) ?? NOTHING,
      live: run.run_id === this.#watch?.runId ? this.#watch : null,
    })));
    this.#frame.ask();
  }

  #draw() {
    if (!this.#watch) return;
    const run = this.#run;
    this.#panel.draw(this.#watch, run);
    this.#log.draw(this.#watch);
    this.list.view(this.#watch.runId)?.draw(
        this.#stored.get(this.#watch.runId) ?? NOTHING, this.#watch);
    if (isActive(run)) this.#followed = this.#watch;
    if (this.#followed === this.#watch) this.#follow.toEnd();
  }

  // What scrolls: the turns' pane or, where there is no room for panes, a page.
  #pane() {
    let element = this.turns;
    while (element && getComputedStyle(element).overflowY !== 'auto') {
      element = element.parentElement;
    }
    return element ?? document.scrollingElement;
  }

  // What is to be seen while a run goes on.
  #end() {
    const turn = this.list.view(this.#watch.runId)?.element ?? this.turns;
    return this.turns.parentElement === this.#pane() ? this.place : turn;
  }

  #showEarlier() {
    this.#runCount = Math.min(2 * this.#runCount, RUNS_MAX);
    this.#poller.poke();
  }

  async #cancel(run) {
    await this.#attempt(async () => {
      await api.cancelRun(this.id, run.run_id);
      announce('The run was asked to stop.');
    });
    this.#poller.poke();
  }

  async #delete() {
    const active = this.#runs.some(isActive);
    const done = await confirm({
      title: 'Delete this conversation?',
      text: `${this.id} goes with its messages, runs and logs, and cannot be ` +
          'brought back.' +
          (active ? ' A run of it is still going: it is cancelled first.' : ''),
      yes: active ? 'Cancel the run and delete' : 'Delete',
    });
    if (!done) return;
    await this.#attempt(async () => {
      await api.deleteConversation(this.id, active);
      this.close();
      announce('The conversation was deleted.');
      this.onDeleted(this.id);
    });
  }

  async #attempt(action) {
    this.error.hidden = true;
    try {
      await action();
    } catch (error) {
      this.error.hidden = false;
      setText(this.error, explain(error));
    }
  }

  // True where looking again cannot help.
  #failed(error) {
    if (error.status !== 404 && error.status !== 400) return false;
    this.close();
    this.element.replaceChildren(h('div', {class: 'gone'},
        h('h1', {tabindex: -1}, 'There is no such conversation'),
        h('p', {}, error.message),
        h('p', {}, h('a', {href: '#/'}, 'Start a new run'))));
    return true;
  }
}
