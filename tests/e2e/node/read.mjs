// Reads conversations with @grpc/grpc-js, which shares no code with ours.
//
//   read.mjs ADDRESS PROTO_DIR CONVERSATION everywhere
//     resumes once after every chunk of the log; one JSON object a resume
//   read.mjs ADDRESS PROTO_DIR CONVERSATION CURSOR
//     reads on after CURSOR; one JSON object a chunk
//
// Text is written as base64 of its UTF-8, so that no byte is changed on the way.
import {createRequire} from 'node:module';
import path from 'node:path';

const require = createRequire(
    path.join(process.env.AGENT_TEST_NODE_MODULES, 'index.js'));
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const [address, protoDir, conversation, what] = process.argv.slice(2);

function connect() {
  const definition = protoLoader.loadSync('agent/v1/agent_service.proto', {
    includeDirs: [protoDir], keepCase: true, longs: Number, oneofs: true, defaults: true,
  });
  const {AgentService} = grpc.loadPackageDefinition(definition).agent.v1;
  return new AgentService(address, grpc.credentials.createInsecure());
}

// All chunks strictly after a cursor, until the call ends OK.
function read(client, cursor, handle = () => {}) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    const deadline = Date.now() + 60_000;
    const call = client.StreamResponse(
        {conversation_id: conversation, cursor}, {deadline});
    call.on('data', batch => {
      for (const chunk of batch.chunks) {
        chunks.push(chunk);
        handle(chunk);
      }
    });
    call.on('error', reject);
    call.on('end', () => resolve(chunks));
  });
}

function described(chunk) {
  const {cursor, sequence, content} = chunk;
  const text = Buffer.from(chunk.text ?? '').toString('base64');
  return {cursor, sequence, content, text};
}

const write = value => console.log(JSON.stringify(value));

const client = connect();
if (what === 'everywhere') {
  const whole = await read(client, '0-0');
  for (const [index, chunk] of whole.entries()) {
    const rest = await read(client, chunk.cursor);
    write({
      resumed_after: chunk.cursor,
      chunks: [...whole.slice(0, index + 1), ...rest].map(described),
    });
  }
} else {
  await read(client, what, chunk => write(described(chunk)));
}
client.close();
