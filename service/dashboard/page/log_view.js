// The watched run's log, line by line as it streams, with cursors.
import {count, counted, exactTime} from './format.js';
import {Follow} from './follow.js';
import {gapText} from './steps_view.js';
import {h, setText} from './dom.js';
import {parseCursor} from './cursor.js';

const ROWS_MAX = 300;
const DATA_CHARS_MAX = 300;

function eventRow({id, type, data}) {
  const cursor = parseCursor(id);
  const title = cursor ? `Written at ${exactTime(cursor.ms)}` : null;
  return h('tr', {'data-type': type, title},
      h('td', {class: 'cursor'}, id),
      h('td', {class: 'type'}, type),
      h('td', {class: 'data'}, data.slice(0, DATA_CHARS_MAX)));
}

class GapRow {
  constructor(gap) {
    this.gap = gap;
    this.cell = h('td', {colspan: 3});
    this.element = h('tr', {'data-type': 'gap'}, this.cell);
  }

  update() { setText(this.cell, gapText(this.gap)); }
}

export class LogView {
  #watch = null;
  #drawn = 0;
  #gaps = [];
  #follow;

  constructor() {
    this.count = h('span', {class: 'count'});
    this.body = h('tbody');
    this.frame = h('div', {
      class: 'log-frame', tabindex: 0, role: 'region', 'aria-label': 'Log',
    }, h('table', {},
        h('thead', {}, h('tr', {},
            h('th', {scope: 'col', class: 'cursor'}, 'Cursor'),
            h('th', {scope: 'col', class: 'type'}, 'Event'),
            h('th', {scope: 'col'}, 'Data'))),
        this.body));
    this.#follow = new Follow(() => this.frame, () => this.body);
    this.element = h('section', {class: 'log', 'aria-label': 'Log of the run'},
        h('h2', {}, 'Log ', this.count), this.frame);
  }

  draw(watch) {
    if (watch !== this.#watch || watch.lineCount < this.#drawn) {
      this.#watch = watch;
      this.#drawn = 0;
      this.#gaps = [];
      this.body.replaceChildren();
    }
    for (const line of watch.lines) {
      if (line.number > this.#drawn) this.#add(line);
    }
    this.#drawn = watch.lineCount;
    for (const gap of this.#gaps) gap.update();
    const spare = this.body.children.length - ROWS_MAX;
    for (let i = 0; i < spare; ++i) this.body.firstChild.remove();
    this.#tellCount(watch);
    this.#follow.toEnd();
  }

  #add(line) {
    if (line.event) return this.body.append(eventRow(line.event));
    const row = new GapRow(line.gap);
    this.#gaps.push(row);
    this.body.append(row.element);
  }

  #tellCount({lineCount}) {
    const shown = this.body.children.length;
    setText(this.count, lineCount > shown ?
        `newest ${count(shown)} of ${counted(lineCount, 'line')}` :
        counted(lineCount, 'line'));
  }
}
