// What a run has said, as its stream tells it: pieces of text and uses of
// tools, without what a later attempt discards; and the evidence that nothing
// was missed and nothing came twice.
import {numberOf, parseCursor} from './cursor.js';
import {Tally} from './tally.js';

const encoder = new TextEncoder();
const bytesOf = text => encoder.encode(text).length;

// A segment is one of
//   {kind: 'text', pieces: [{number, text}], late}  late: caught up with
//   {kind: 'tool', number, call, result}
//   {kind: 'restart', attempt, text, tools}         what fell
//   {kind: 'gap', ...}                              the stream was cut here
export class Answer {
  segments = [];
  tally = new Tally();
  bytes = 0;           // of the text that stands
  firstTextMs = null;  // when its first piece was written
  attempt = 0;
  restarts = 0;
  end = null;          // {kind: 'done' | 'error' | 'cancelled', message}
  // Grows when something that was already told has changed.
  revision = 0;

  // False of an event that came before: it changes nothing.
  take(event) {
    if (!this.tally.count(event)) return false;
    this.attempt = parseCursor(event.id)?.attempt || this.attempt;
    const number = numberOf(event.id);
    switch (event.type) {
      case 'message': this.#say(number, JSON.parse(event.data), event); break;
      case 'tool_call': this.#call(number, event); break;
      case 'tool_result': this.#answerCall(number, event); break;
      case 'restarted': this.#restart(JSON.parse(event.data)); break;
      case 'done': this.end = {kind: 'done', message: ''}; break;
      case 'cancelled': this.end = {kind: 'cancelled', message: ''}; break;
      case 'error': this.end = {kind: 'error', message: JSON.parse(event.data)};
    }
    return true;
  }

  // The text that stands.
  text() {
    return this.segments.filter(segment => segment.kind === 'text')
        .flatMap(segment => segment.pieces).map(piece => piece.text).join('');
  }

  // The stream stops here for now; `gap` is shown in this place.
  addGap(gap) {
    this.segments.push({kind: 'gap', gap});
  }

  // Everything will come again.
  forget() {
    Object.assign(this, {
      segments: [], tally: new Tally(), bytes: 0, attempt: 0, end: null,
      revision: this.revision + 1,
    });
  }

  // Up to this chunk, what comes was written while nobody listened.
  lateUntil = 0;

  #say(number, text, event) {
    const late = number <= this.lateUntil;
    let last = this.segments.at(-1);
    if (last?.kind !== 'text' || last.late !== late) {
      last = {kind: 'text', pieces: [], late};
      this.segments.push(last);
    }
    last.pieces.push({number, text});
    this.bytes += bytesOf(text);
    this.firstTextMs ??= parseCursor(event.id)?.ms ?? null;
  }

  #call(number, {id, data}) {
    this.segments.push({kind: 'tool', number, id, call: JSON.parse(data),
      result: null});
  }

  #answerCall(number, {id, data}) {
    const result = JSON.parse(data);
    const tool = this.segments.findLast(segment => segment.kind === 'tool' &&
        segment.call.call_id === result.call_id);
    if (!tool) return;
    tool.result = {...result, number};
    tool.tookMs = parseCursor(id)?.ms - parseCursor(tool.id)?.ms;
  }

  // What was said after that chunk falls; compared by number, as the protocol
  // says: a log written anew has other times.
  #restart({attempt, discard_after: stands}) {
    const after = numberOf(stands);
    const fallen = {kind: 'restart', attempt, text: '', tools: 0};
    this.segments = this.segments.filter(
        segment => this.#keep(segment, after, fallen));
    this.bytes -= bytesOf(fallen.text);
    this.segments.push(fallen);
    this.restarts += 1;
    this.revision += 1;
  }

  #keep(segment, after, fallen) {
    if (segment.kind === 'tool') {
      if (segment.result?.number > after) segment.result = null;
      if (segment.number <= after) return true;
      fallen.tools += 1;
      return false;
    }
    if (segment.kind !== 'text') return true;
    const stands = segment.pieces.filter(piece => piece.number <= after);
    for (const piece of segment.pieces.slice(stands.length)) {
      fallen.text += piece.text;
    }
    segment.pieces = stands;
    return stands.length > 0;
  }
}
