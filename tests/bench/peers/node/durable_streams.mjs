// The Node server of durable-streams, with its files in a directory, or without
// any.
//
//   node durable_streams.mjs [DIRECTORY]

import {DurableStreamTestServer} from '@durable-streams/server';

const [dataDir] = process.argv.slice(2);
const server = new DurableStreamTestServer({port: 0, dataDir});
console.log(`listening http=${await server.start()}`);
