// What a run said and did, in its order: text, tools, and the marks of what
// fell and of where the stream was cut. Draws only what is new.
import {counted, duration, prettyJson} from './format.js';
import {h, setText} from './dom.js';

// Of one run; a browser takes long to lay out more.
const CHARS_MAX = 200_000;

// Pieces that follow each other stand in one block, whatever became of the
// stream between them.
class TextView {
  #shown = 0;
  #node = document.createTextNode('');

  constructor(segment, before) {
    const joins = before instanceof TextView;
    this.element = joins ? before.element :
        h('div', {class: 'text', dir: 'auto'});
    this.element.append(
        h('span', {'data-late': segment.late || null}, this.#node));
  }

  // Gives how many characters it took, of those that it may.
  update({pieces}, room) {
    let fresh = '';
    while (this.#shown < pieces.length) fresh += pieces[this.#shown++].text;
    if (fresh) this.#node.appendData(fresh.slice(0, Math.max(0, room)));
    return fresh.length;
  }
}

class ToolView {
  constructor({call}) {
    this.result = h('pre', {class: 'result', dir: 'auto'});
    this.state = h('span', {class: 'tool-state'});
    this.element = h('details', {class: 'tool', open: true},
        h('summary', {}, h('span', {class: 'tool-name'}, call.name),
            this.state),
        h('pre', {class: 'arguments'}, prettyJson(call.arguments)),
        this.result);
  }

  update({result, tookMs}) {
    const took = tookMs === undefined ? '' : ` in ${duration(tookMs)}`;
    setText(this.state, !result ? 'running' :
        (result.is_error ? 'failed' : 'answered') + took);
    this.element.dataset.state =
        !result ? 'running' : result.is_error ? 'failed' : 'answered';
    this.result.hidden = !result;
    setText(this.result, result?.result ?? '');
    return 0;
  }
}

class RestartView {
  constructor({attempt, text, tools}) {
    const fell = [text && counted(text.length, 'character'),
      tools && counted(tools, 'tool call')].filter(Boolean).join(' and ');
    const line = `Attempt ${attempt} goes on` +
        (fell ? `; ${fell} of an attempt before it fell` : '');
    this.element = text ?
        h('details', {class: 'mark restart'}, h('summary', {}, line),
            h('del', {class: 'text', dir: 'auto'}, text.slice(0, CHARS_MAX))) :
        h('p', {class: 'mark restart'}, line);
  }

  update() { return 0; }
}

// One line about a gap in the stream, for the text and for the log.
export function gapText(gap) {
  const what = gap.why === 'cut' ? 'Cut' : 'Connection lost';
  if (!gap.resumedAt) return `${what} here, at ${gap.cursor}`;
  const meanwhile = gap.written ?
      `; ${counted(gap.written, 'chunk')} came meanwhile` : '';
  return `${what} here, resumed after ` +
      `${duration(gap.resumedAt - gap.at)}${meanwhile}`;
}

class GapView {
  element = h('p', {class: 'mark gap'});

  update({gap}) {
    setText(this.element, gapText(gap));
    this.element.dataset.why = gap.why;
    return 0;
  }
}

const VIEWS = {text: TextView, tool: ToolView, restart: RestartView, gap: GapView};

export class StepsView {
  element = h('div', {class: 'steps'});
  #more = h('p', {class: 'mark'});
  #views = [];
  #chars = 0;
  #source = null;
  #revision = 0;

  // `source`: segments and the revision of those that were drawn before.
  draw(source) {
    if (source !== this.#source || source.revision !== this.#revision) {
      this.#clear(source);
    }
    source.segments.forEach((segment, index) => {
      const view = this.#views[index] ?? this.#add(segment);
      this.#chars += view.update(segment, CHARS_MAX - this.#chars);
    });
    if (this.#chars > CHARS_MAX) {
      setText(this.#more, `${counted(this.#chars - CHARS_MAX, 'character')} ` +
          'more are not shown');
      if (!this.#more.isConnected) this.element.append(this.#more);
    }
  }

  #clear(source) {
    this.#source = source;
    this.#revision = source.revision;
    this.#views = [];
    this.#chars = 0;
    this.element.replaceChildren();
  }

  #add(segment) {
    const view = new VIEWS[segment.kind](segment, this.#views.at(-1));
    this.#views.push(view);
    if (view.element.parentNode !== this.element) this.element.append(view.element);
    return view;
  }
}
