// One turn of a conversation: what the user said, what the run made of it, and
// how long and how much it took.
import {count, counted, dateTime, duration, shortId} from './format.js';
import {h, setAttribute, setText} from './dom.js';
import {isActive} from './conversation_record.js';
import {linkTo} from './route.js';
import {StepsView} from './steps_view.js';

const STATES = {
  QUEUED: 'queued', RUNNING: 'running', COMPLETED: 'completed',
  FAILED: 'failed', CANCELLED: 'cancelled',
};

function stateOf(run) {
  return isActive(run) && run.cancel_requested ? 'cancelling' :
      STATES[run.state] ?? 'unknown';
}

export class TurnView {
  #steps = new StepsView();

  // `onCancel(run)`.
  constructor(conversationId, {run_id: runId}, onCancel) {
    this.badge = h('span', {class: 'badge'});
    this.attempt = h('span', {class: 'attempt'});
    this.watch = h('a', {class: 'quiet', href: linkTo(conversationId, runId)},
        'Stream');
    this.cancel = h('button', {
      class: 'quiet danger', type: 'button', onclick: () => onCancel(this.run),
    }, 'Cancel run');
    this.said = h('div', {class: 'said', dir: 'auto'});
    this.failure = h('p', {class: 'error', hidden: true});
    this.facts = h('ul', {class: 'facts'});
    this.element = h('article', {class: 'turn', 'aria-label': `Run ${runId}`},
        this.said,
        h('header', {class: 'turn-head'},
            h('span', {class: 'id', title: runId}, `Run ${shortId(runId)}`),
            this.badge, this.attempt,
            h('span', {class: 'turn-actions'}, this.cancel, this.watch)),
        this.#steps.element, this.failure, this.facts);
  }

  // `live`: the Watch of this run, or null; `stored`: what is kept of it.
  update({run, stored, live}) {
    this.run = run;
    setText(this.said, stored.said?.text ?? run.message);
    setText(this.badge, stateOf(run));
    setAttribute(this.badge, 'data-state', stateOf(run));
    setText(this.attempt, run.attempt > 1 ? `attempt ${run.attempt}` : '');
    this.cancel.hidden = !isActive(run);
    this.cancel.disabled = run.cancel_requested;
    setText(this.cancel, run.cancel_requested ? 'Cancelling…' : 'Cancel run');
    setAttribute(this.watch, 'aria-current', live ? 'true' : null);
    setText(this.failure, run.failure ?
        `${run.failure.reason}: ${run.failure.message}` : '');
    this.failure.hidden = !run.failure;
    this.#showFacts(run);
    this.draw(stored, live);
  }

  // What the stream says while it is there, else what is kept.
  draw(stored, live) {
    const fromStream = live?.answer.tally.events > 0;
    this.#steps.draw(fromStream ? live.answer : stored);
    setAttribute(this.element, 'data-live',
        fromStream && live.state === 'open' ? '' : null);
  }

  #showFacts(run) {
    const facts = factsOf(run);
    while (this.facts.children.length > facts.length) {
      this.facts.lastChild.remove();
    }
    facts.forEach(([text, title], index) => {
      const item = this.facts.children[index] ??
          this.facts.appendChild(h('li'));
      setText(item, text);
      setAttribute(item, 'title', title ?? null);
    });
  }
}

// [text, title] each.
function factsOf(run) {
  const accepted = Date.parse(run.accept_time);
  const started = Date.parse(run.start_time);
  const facts = [[dateTime(run.accept_time), 'When it was accepted']];
  if (run.start_time) {
    facts.push([`waited ${duration(started - accepted)}`, 'Until an attempt began']);
  }
  if (run.start_time && run.end_time) {
    facts.push([`took ${duration(Date.parse(run.end_time) - started)}`]);
  }
  if (run.usage?.output_tokens > 0) {
    facts.push([`${count(run.usage.input_tokens)} → ` +
        `${counted(run.usage.output_tokens, 'token')}`, 'Input and output']);
  }
  if (run.chunk_count > 0) {
    facts.push([counted(run.chunk_count, 'chunk'), 'Written to the log']);
  }
  return facts;
}
