// A conversation: its turns, oldest first, and one run of it under watch.
import * as api from './api.js';
import {announce, explain} from './contact.js';
import {confirm} from './confirm.js';
import {ConversationHead} from './conversation_head.js';
import {ConversationRecord, isActive} from './conversation_record.js';
import {Follow} from './follow.js';
import {Frame} from './frame.js';
import {goTo, linkTo} from './route.js';
import {h, KeyedList, setText} from './dom.js';
import {LogView} from './log_view.js';
import {Poller} from './poller.js';
import {prove} from './proof.js';
import {RunForm} from './run_form.js';
import {StreamPanel} from './stream_panel.js';
import {TurnView} from './turn_view.js';
import {Watch} from './watch.js';

const BUSY_LOOK_MS = 1000;
const IDLE_LOOK_MS = 4000;

export class ConversationPage {
  #poller = new Poller(signal => this.#look(signal), error => this.#failed(error));
  #frame = new Frame(() => this.#draw());
  #panel = new StreamPanel();
  #log = new LogView();
  #watch = null;
  #followed = null;    // was going on when it was first seen: kept in sight
  #follow = new Follow(() => this.#pane(), () => this.#end());
  #onVisible = () => this.#sleepOrWake();

  // `onDeleted(id)` once it is gone by our own doing.
  constructor(id, runId, onDeleted) {
    this.id = id;
    this.wanted = runId;
    this.onDeleted = onDeleted;
    this.record = new ConversationRecord(id);
    this.head = new ConversationHead(id, () => this.#delete());
    this.earlier = h('button', {
      class: 'quiet', type: 'button', hidden: true,
      onclick: () => {
        this.record.showEarlier();
        this.#refresh();
      },
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

  start() {
    document.addEventListener('visibilitychange', this.#onVisible);
    this.#poller.start();
  }

  close() {
    document.removeEventListener('visibilitychange', this.#onVisible);
    this.#poller.stop();
    this.#frame.cancel();
    this.#watch?.close();
  }

  // Another run of this conversation; empty: whichever is newest.
  show(runId) {
    this.wanted = runId;
    this.#choose();
    this.#refresh();
  }

  #refresh() {
    this.record.expire();
    this.#poller.poke();
  }

  // A browser has six connections for all its tabs here: one that nobody sees
  // leaves its own to others, and reads on where it was.
  #sleepOrWake() {
    if (document.hidden) this.#watch?.sleep();
    else this.#watch?.wake();
  }

  async #look(signal) {
    await this.record.look(this.#watch?.runId, signal);
    this.head.update(this.record.conversation);
    this.#offerComposer(this.record.conversation);
    this.earlier.hidden = !this.record.hasEarlier;
    this.#choose();
    const run = this.record.run(this.#watch?.runId);
    if (run) this.#watch.setRun(run);
    await this.#prove(run);
    this.#update();
    return this.record.busy || this.#watch?.gap ? BUSY_LOOK_MS : IDLE_LOOK_MS;
  }

  #offerComposer({agent}) {
    if (this.place.hasChildNodes()) return;
    const form = new RunForm({agent, conversationId: this.id}, started => {
      goTo(linkTo(this.id, started.run_id));
      this.#refresh();
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
    return this.record.runs[0]?.run_id;
  }

  #onWatch() {
    this.#frame.ask();
    if (this.#watch.over && !this.#watch.proof) this.#refresh();
  }

  // Of a run whose text the conversation keeps.
  async #prove(run) {
    const watch = this.#watch;
    if (watch?.proof || watch?.answer.end?.kind !== 'done') return;
    if (run?.state !== 'COMPLETED' || !this.record.stored(run.run_id).said) return;
    watch.proof = await prove(watch.answer, run, this.record.messages);
  }

  #update() {
    this.list.update(this.record.runs.toReversed().map(run => ({
      run,
      stored: this.record.stored(run.run_id),
      live: run.run_id === this.#watch?.runId ? this.#watch : null,
    })));
    this.#frame.ask();
  }

  #draw() {
    const watch = this.#watch;
    if (!watch) return;
    const run = this.record.run(watch.runId);
    this.#panel.draw(watch, run);
    this.#log.draw(watch);
    this.list.view(watch.runId)?.draw(this.record.stored(watch.runId), watch);
    if (isActive(run)) this.#followed = watch;
    if (this.#followed === watch) this.#follow.toEnd();
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

  async #cancel(run) {
    await this.#attempt(async () => {
      await api.cancelRun(this.id, run.run_id);
      announce('The run was asked to stop.');
    });
    this.#refresh();
  }

  async #delete() {
    const active = this.record.busy;
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
