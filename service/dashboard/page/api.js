// The HTTP API, call by call. Errors are ApiErrors; a TypeError or a timeout
// where the service cannot be reached.
import {errorOf, passes} from './api_error.js';
import {Backoff, sleep} from './backoff.js';

const TIMEOUT_MS = 15_000;
const START_TRIES = 6;

const part = encodeURIComponent;
const ofConversation = id => `api/conversations/${part(id)}`;
const ofRun = (id, run) => `${ofConversation(id)}/runs/${part(run)}`;

let tellContact = () => {};

// `tell(error)` after every call: null when the service answered in order.
export function onContact(tell) {
  tellContact = tell;
}

async function send(path, options) {
  try {
    const response = await fetch(path, {cache: 'no-store', ...options});
    if (response.ok) {
      tellContact(null);
      return response;
    }
    const error = errorOf(response.status, await response.text(),
        response.headers.get('Retry-After'));
    tellContact(error.status === 503 ? error : null);
    throw error;
  } catch (error) {
    if (!options.signal?.aborted || error.name === 'TimeoutError') {
      if (error.status === undefined) tellContact(error);
    }
    throw error;
  }
}

async function call(method, path, {body, signal, headers} = {}) {
  const patience = AbortSignal.timeout(TIMEOUT_MS);
  const response = await send(path, {
    method,
    headers: {
      Accept: 'application/json',
      ...(body && {'Content-Type': 'application/json'}),
      ...headers,
    },
    body: body && JSON.stringify(body),
    signal: signal ? AbortSignal.any([signal, patience]) : patience,
  });
  return response.json();
}

export function listAgents(signal) {
  return call('GET', 'api/agents', {signal});
}

export function listConversations({pageSize, agent = ''}, signal) {
  const query = new URLSearchParams({page_size: pageSize});
  if (agent) query.set('agent', agent);
  return call('GET', `api/conversations?${query}`, {signal});
}

export function getConversation(id, signal) {
  return call('GET', ofConversation(id), {signal});
}

export function deleteConversation(id, force) {
  const query = force ? '?force=true' : '';
  return call('DELETE', ofConversation(id) + query);
}

export function listRuns(id, pageSize, signal) {
  const path = `${ofConversation(id)}/runs?page_size=${pageSize}`;
  return call('GET', path, {signal});
}

export function getRun(id, run, signal) {
  return call('GET', ofRun(id, run), {signal});
}

export function cancelRun(id, run) {
  return call('POST', `${ofRun(id, run)}/cancel`);
}

// The stream of a run, strictly after a cursor; from its first chunk without
// one. Text comes as JSON: byte for byte.
export function openStream(id, run, cursor, signal) {
  const query = new URLSearchParams({run_id: run, data: 'json'});
  if (cursor) query.set('cursor', cursor);
  return send(`api/agent/stream/${part(id)}?${query}`, {
    headers: {Accept: 'text/event-stream'},
    signal,
  });
}

// randomUUID() is only there on localhost and over https.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

// Starts one run, however often it has to be sent: every try has the same key.
export async function startRun(agent, fields, onRetry = () => {}) {
  const request = {body: fields, headers: {'Idempotency-Key': newKey()}};
  const backoff = new Backoff();
  for (let tried = 1; ; ++tried) {
    try {
      return await call('POST', `api/agents/${part(agent)}/run`, request);
    } catch (error) {
      if (!passes(error) || tried === START_TRIES) throw error;
      onRetry(error);
      await sleep(backoff.nextMs(error.retryAfterMs));
    }
  }
}
