// Server-Sent Events out of text as it comes, after the HTML standard. Unlike
// a browser's EventSource it tells which events had an id of their own: an
// error without one is of the connection, not of the run.

// What an unfinished event may hold: far above a chunk (256 KiB) as JSON.
const PENDING_CHARS_MAX = 8 << 20;

export class SseParser {
  #pending = '';       // an unfinished line
  #skipLf = false;     // the last one ended with CR: a LF belongs to it
  #type = '';
  #data = [];
  #id = null;
  #held = 0;

  // The events that this text completes: {type, data, id}; id null if none.
  push(text) {
    const events = [];
    let rest = text;
    if (this.#skipLf && rest.length > 0) {
      if (rest[0] === '\n') rest = rest.slice(1);
      this.#skipLf = false;
    }
    const lines = (this.#pending + rest).split(/\r\n|\r|\n/);
    if (rest.endsWith('\r')) this.#skipLf = true;
    this.#pending = lines.pop();
    for (const line of lines) this.#take(line, events);
    if (this.#pending.length + this.#held > PENDING_CHARS_MAX) {
      throw new Error('an event of the stream is too long');
    }
    return events;
  }

  #take(line, events) {
    if (line === '') return this.#dispatch(events);
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (name === 'data') {
      this.#data.push(value);
      this.#held += value.length;
    } else if (name === 'event') {
      this.#type = value;
    } else if (name === 'id' && !value.includes('\0')) {
      this.#id = value;
    }
  }

  #dispatch(events) {
    if (this.#data.length > 0) {
      events.push({
        type: this.#type || 'message',
        data: this.#data.join('\n'),
        id: this.#id,
      });
    }
    this.#type = '';
    this.#data = [];
    this.#id = null;
    this.#held = 0;
  }
}
