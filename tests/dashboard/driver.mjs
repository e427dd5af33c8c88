// Drives a browser for browser.py: a JSON object a line in, one a line out.
//
//   {"id", "open": OPTIONS}          a new page in a context of its own: its number
//   {"id", "page", "chain": [[METHOD, ...ARGUMENTS], ...]}
//                                    calls on the page, each on what the one
//                                    before gave: the last one's value
//   {"id", "page", "journal": true}  what happened on the page beside that
//   {"id", "page", "close": true}
import {createRequire} from 'node:module';
import path from 'node:path';
import readline from 'node:readline';

const require = createRequire(
    path.join(process.env.AGENT_TEST_NODE_MODULES, 'index.js'));
const {chromium} = require('playwright-core');

// Above the deadline of any single wait of ours, below a hanging test's.
const PATIENCE_MS = 20_000;

const browser = await chromium.launch({
  executablePath: process.env.AGENT_TEST_CHROMIUM,
  args: [
    // A name that is not this machine's own, as from another machine.
    '--host-resolver-rules=MAP agents.test 127.0.0.1',
    // Chromium's own sandbox refuses to be run by root.
    ...process.getuid() === 0 ? ['--no-sandbox'] : [],
  ],
});
const pages = new Map();

// Runs in the page, before anything else does.
function watchPolicy() {
  document.addEventListener('securitypolicyviolation', event => {
    globalThis.tellViolation(`${event.violatedDirective} ${event.blockedURI}`);
  });
}

async function open(options) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  const journal = {
    violations: [], errors: [], console: [], dialogs: [], requests: [],
  };
  await context.exposeBinding('tellViolation',
      (_, what) => { journal.violations.push(what); });
  await context.addInitScript(watchPolicy);
  const page = await context.newPage();
  page.on('pageerror', error => journal.errors.push(String(error)));
  page.on('console', message => journal.console.push(message.text()));
  page.on('request', request => journal.requests.push(request.url()));
  page.on('dialog', dialog => {
    journal.dialogs.push(dialog.message());
    dialog.dismiss();
  });
  pages.set(pages.size, {context, page, journal});
  return pages.size - 1;
}

async function walk(page, chain) {
  let value = page;
  for (const [name, ...args] of chain) {
    // A function, as text, for the page.
    if (name === 'evaluate') args[0] = (0, eval)(`(${args[0]})`);
    const names = name.split('.');  // keyboard.press
    const method = names.pop();
    const owner = names.reduce((object, part) => object[part], value);
    value = await owner[method](...args);
  }
  return value;
}

async function answer(request) {
  if (request.open) return open(request.open);
  const {context, page, journal} = pages.get(request.page);
  if (request.journal) return journal;
  if (request.close) return context.close();
  const value = await walk(page, request.chain);
  // Elements, responses: of no use over there.
  return value && typeof value === 'object' && value._guid ? null : value;
}

async function handle(line) {
  const request = JSON.parse(line);
  const reply = {id: request.id};
  try {
    reply.value = await answer(request) ?? null;
  } catch (error) {
    reply.error = error.message;
  }
  console.log(JSON.stringify(reply));
}

for await (const line of readline.createInterface({input: process.stdin})) {
  await handle(line);
}
await browser.close();
