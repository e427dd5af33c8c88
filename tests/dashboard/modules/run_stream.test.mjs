import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ApiError} from '../../../service/dashboard/page/api_error.js';
import {Backoff} from '../../../service/dashboard/page/backoff.js';
import {RunStream} from '../../../service/dashboard/page/run_stream.js';
import {at, ends, frame, says} from './events.mjs';

// The service: each call of `open` gets the next of `answers`.
class Service {
  cursors = [];
  events = [];
  states = [];
  losses = 0;

  constructor(...answers) {
    this.answers = answers;
    this.stream = new RunStream(
        async (cursor, signal) => {
          this.cursors.push(cursor);
          const answer = this.answers.shift();
          if (answer instanceof Error) throw answer;
          return answer(signal);
        }, {
          event: event => {
            this.events.push(event.id);
            this.onEvent?.(event);
          },
          state: state => {
            this.states.push(state);
            this.onState?.(state);
          },
          lost: () => { this.losses += 1; },
        }, new Backoff({random: () => 0}));
  }

  reaches(state) {
    return new Promise(resolve => {
      this.onState = now => { if (now === state) resolve(); };
      if (this.stream.state === state) resolve();
    });
  }
}

// A response of these events; then it breaks off, or stays silent.
const brings = (events, {silent = false} = {}) => signal => {
  const encoder = new TextEncoder();
  return new Response(new ReadableStream({
    start(controller) {
      for (const event of events) {
        controller.enqueue(encoder.encode(frame(event)));
      }
      if (!silent) return controller.close();
      signal.addEventListener('abort',
          () => controller.error(new DOMException('aborted', 'AbortError')));
    },
  }));
};
const gone = () => new TypeError('fetch failed');

test('a stream that breaks off is resumed at its cursor', async () => {
  const service = new Service(brings([says(2, 'a'), says(3, 'b')]), gone(),
      brings([]), brings([says(4, 'c'), ends(5)]));
  service.stream.start();
  await service.reaches('ended');
  assert.deepEqual(service.cursors, ['', at(3), at(3), at(3)]);
  assert.deepEqual(service.events, [at(2), at(3), at(4), at(5)]);
  assert.deepEqual(service.states,
      ['connecting', 'open', 'lost', 'open', 'lost', 'open', 'ended']);
});

test('after a cut nothing is handled until it is resumed', async () => {
  const service = new Service(
      brings([says(2, 'a'), says(3, 'b')], {silent: true}),
      brings([says(3, 'b'), ends(4)]));
  // In the middle of what has come already.
  service.onEvent = () => service.stream.cut();
  service.stream.start();
  await service.reaches('cut');
  assert.deepEqual(service.events, [at(2)]);
  assert.equal(service.stream.cursor, at(2));
  service.onEvent = null;
  service.stream.start();
  await service.reaches('ended');
  assert.deepEqual(service.cursors, ['', at(2)]);
  assert.deepEqual(service.events, [at(2), at(3), at(4)]);
});

test('204 is the end', async () => {
  const service = new Service(() => new Response(null, {status: 204}));
  service.stream.start();
  await service.reaches('ended');
  assert.deepEqual(service.events, []);
});

test('an error that waiting helps is waited out', async () => {
  const service = new Service(
      new ApiError(503, {code: 'UNAVAILABLE', reason: 'DRAINING'}),
      new ApiError(429, {code: 'RESOURCE_EXHAUSTED'}),
      brings([{type: 'error', id: null,
        data: '{"error":{"code":"UNAVAILABLE","reason":"DRAINING"}}'}]),
      brings([ends(2)]));
  service.stream.start();
  await service.reaches('ended');
  assert.equal(service.cursors.length, 4);
});

test('an error that nothing helps is told', async () => {
  const service = new Service(
      new ApiError(410, {code: 'OUT_OF_RANGE', reason: 'STREAM_EXPIRED'}));
  service.stream.start();
  await service.reaches('failed');
  assert.equal(service.stream.error.reason, 'STREAM_EXPIRED');
});

test('a log that was lost is read again from its beginning', async () => {
  const service = new Service(brings([says(2, 'a'), says(3, 'b')]),
      new ApiError(410, {code: 'DATA_LOSS', reason: 'CURSOR_LOST'}),
      brings([says(2, 'x'), ends(3)]));
  service.stream.start();
  await service.reaches('ended');
  assert.deepEqual(service.cursors, ['', at(3), '']);
  assert.equal(service.losses, 1);
});

test('a failure of the run, which has an id, is its end', async () => {
  const service = new Service(
      brings([{type: 'error', data: '"no"', id: at(2)}]));
  service.stream.start();
  await service.reaches('ended');
  assert.deepEqual(service.events, [at(2)]);
});
