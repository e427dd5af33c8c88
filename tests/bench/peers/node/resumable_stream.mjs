// An application that makes a model's answer resumable with vercel's
// resumable-stream, as its users do: the first reader is who asked, and is
// served from memory; all others through Redis.
//
//   node resumable_stream.mjs REDIS_SOCKET

import {createServer} from 'node:http';
import {Readable} from 'node:stream';

import {createClient} from 'redis';
import {createResumableStreamContext} from 'resumable-stream';

const [path] = process.argv.slice(2);
const publisher = createClient({socket: {path}});
const subscriber = createClient({socket: {path}});
const context = createResumableStreamContext(
    {waitUntil: (promise) => promise, publisher, subscriber});
// The answers that nobody reads yet, by stream.
const unread = new Map();

// The body is the model's answer.
async function feed(streamId, request, response) {
  const text = Readable.toWeb(request).pipeThrough(new TextDecoderStream());
  unread.set(streamId,
             await context.createNewResumableStream(streamId, () => text));
  response.writeHead(200).flushHeaders();
  request.on('close', () => response.end());
}

async function read(streamId, skip, response) {
  let stream = unread.get(streamId);
  unread.delete(streamId);
  stream ??= await context.resumeExistingStream(streamId, skip);
  if (!stream) {
    response.writeHead(stream === null ? 410 : 404).end();
    return;
  }
  response.writeHead(200, {'content-type': 'text/plain'}).flushHeaders();
  const readable = Readable.fromWeb(stream);
  readable.on('error', () => response.destroy());
  response.on('close', () => readable.destroy());
  readable.pipe(response);
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const [, verb, streamId] = url.pathname.split('/');
  const done = verb === 'feed' ?
      feed(streamId, request, response) :
      read(streamId, Number(url.searchParams.get('skip')), response);
  done.catch((error) => {
    console.error(error);
    response.destroy();
  });
});
await Promise.all([publisher.connect(), subscriber.connect()]);
server.listen(0, '127.0.0.1', () => {
  console.log(`listening http=http://127.0.0.1:${server.address().port}`);
});
