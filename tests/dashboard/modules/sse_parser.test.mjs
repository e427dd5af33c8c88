import assert from 'node:assert/strict';
import {test} from 'node:test';
import {SseParser} from '../../../service/dashboard/page/sse_parser.js';

const parse = (...texts) => {
  const parser = new SseParser();
  return texts.flatMap(text => parser.push(text));
};

const STREAM = 'retry: 1000\n\n: keep-alive\n\nid: 1-1001\nevent: message\n' +
    'data: one\ndata: two\ndata:\ndata:  three\n\nid: 2-2001\nevent: done\n' +
    'data: [DONE]\n\n';
const EVENTS = [
  {type: 'message', data: 'one\ntwo\n\n three', id: '1-1001'},
  {type: 'done', data: '[DONE]', id: '2-2001'},
];

test('fields make events, comments and retries none', () => {
  assert.deepEqual(parse(STREAM), EVENTS);
});

test('wherever the text is cut, the events are the same', () => {
  for (const end of ['\n', '\r', '\r\n']) {
    const text = STREAM.replaceAll('\n', end);
    for (let cut = 0; cut <= text.length; ++cut) {
      assert.deepEqual(parse(text.slice(0, cut), text.slice(cut)), EVENTS);
    }
    assert.deepEqual(parse(...text), EVENTS);
  }
});

test('an event without an id of its own has none', () => {
  const [, error] = parse('id: 1-1001\ndata: a\n\nevent: error\ndata: b\n\n');
  assert.deepEqual(error, {type: 'error', data: 'b', id: null});
});

test('an unfinished event is none', () => {
  assert.deepEqual(parse('id: 1-1001\ndata: a\n'), []);
  assert.deepEqual(parse('id: 1-1001\n\n'), []);
});

test('line separators of Unicode end no line', () => {
  assert.equal(parse('data: a\u2028b\u2029c\u0085d\n\n')[0].data,
      'a\u2028b\u2029c\u0085d');
});

test('an event that does not end is refused, not kept', () => {
  const parser = new SseParser();
  assert.throws(() => {
    for (let i = 0; i < 20; ++i) parser.push('x'.repeat(1 << 20));
  });
});
