// The watched run's stream: where it stands, the button that cuts it and
// resumes it, and at the end the proof that nothing is missing.
import {announce} from './contact.js';
import {counted, shortId} from './format.js';
import {h, setAttribute, setText} from './dom.js';
import {proofLines, streamFacts, streamState} from './stream_text.js';
import {Tape} from './tape.js';

// Where the panel has a pane of its own; see stream.css.
const ROOMY = '(min-width: 1180px)';

export class StreamPanel {
  #tape = new Tape();
  #announced = '';
  #watch = null;
  #proven = null;

  constructor() {
    this.badge = h('span', {class: 'badge'});
    this.run = h('span', {class: 'id'});
    this.heading = h('h2', {tabindex: -1}, 'Stream');
    this.text = h('p', {class: 'stream-text'});
    this.facts = h('dl', {class: 'stream-facts'});
    this.label = h('span');
    this.button = h('button', {
      class: 'cut', type: 'button', onclick: () => this.#press(),
    }, h('span', {class: 'glyph', 'aria-hidden': 'true'}), this.label);
    this.proof = h('ul', {class: 'proof'});
    this.verdict = h('summary', {class: 'verdict'});
    this.outcome = h('details', {class: 'outcome', hidden: true},
        this.verdict, this.proof);
    this.element = h('section', {class: 'stream', 'aria-label': 'Stream'},
        h('div', {class: 'stream-head'}, this.heading, this.badge, this.run),
        this.#tape.element, this.facts, this.text, this.button, this.outcome);
  }

  draw(watch, run) {
    if (watch !== this.#watch) this.#begin(watch);
    const {name, text} = streamState(watch, run);
    setText(this.badge, name);
    setAttribute(this.badge, 'data-state', name);
    setAttribute(this.element, 'data-state', name);
    setText(this.run, `run ${shortId(watch.runId)}`);
    setText(this.text, text);
    this.text.hidden = !text;
    this.#showFacts(streamFacts(watch, run));
    this.#showButton(watch);
    this.#showProof(watch);
    this.#tape.draw(watch);
    this.#tell(name, watch);
  }

  #begin(watch) {
    this.#watch = watch;
    this.#announced = '';
    this.#proven = null;
    this.outcome.hidden = true;
  }

  #press() {
    if (this.#watch.state === 'cut') this.#watch.resume();
    else this.#watch.cut();
  }

  // One button for both, so that whoever works it by keyboard stays on it.
  #showButton({state, listening}) {
    const shown = listening || state === 'cut';
    const focused = document.activeElement === this.button;
    this.button.hidden = !shown;
    if (!shown && focused) this.heading.focus({preventScroll: true});
    setText(this.label,
        state === 'cut' ? 'Resume from the cursor' : 'Cut the stream');
    setAttribute(this.button, 'data-does', state === 'cut' ? 'resume' : 'cut');
  }

  #showFacts(facts) {
    if (this.facts.children.length !== 2 * facts.length) {
      this.facts.replaceChildren(...facts.flatMap(
          ([, , extra]) => [h('dt', {class: extra}), h('dd', {class: extra})]));
    }
    facts.forEach(([name, value], index) => {
      setText(this.facts.children[2 * index], name);
      setText(this.facts.children[2 * index + 1], value);
    });
  }

  #showProof(watch) {
    if (!watch.proof || watch.proof === this.#proven) return;
    this.#proven = watch.proof;
    const {ok} = watch.proof;
    this.outcome.hidden = false;
    this.outcome.open = matchMedia(ROOMY).matches;
    setText(this.verdict, ok ? 'Nothing lost, nothing doubled' :
        'This is not what the service keeps');
    setAttribute(this.verdict, 'data-ok', String(ok));
    this.proof.replaceChildren(...proofLines(watch).map(([right, text, code]) =>
      h('li', {'data-ok': String(right)}, text,
          code ? h('code', {}, code) : null)));
    announce(this.verdict.textContent);
  }

  #tell(name, watch) {
    if (name === this.#announced) return;
    this.#announced = name;
    const {gap, gaps, answer} = watch;
    const at = counted(answer.tally.events, 'chunk');
    if (name === 'cut') announce(`Stream cut after ${at}, at ${gap.cursor}.`);
    else if (name === 'lost') announce('Connection lost. Trying again.');
    else if (name === 'live') {
      announce(gaps.length > 0 ? 'Stream resumed.' : 'Streaming.');
    } else if (watch.over) announce(`Stream ended: ${name}, after ${at}.`);
  }
}
