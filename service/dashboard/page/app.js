// The dashboard: agents and conversations at the side, a page beside them.
import {listAgents, listConversations, onContact} from './api.js';
import {AgentsView} from './agents_view.js';
import {byId} from './dom.js';
import {ConversationList} from './conversation_list.js';
import {ConversationPage} from './conversation_page.js';
import {goTo, onRoute} from './route.js';
import {Poller} from './poller.js';
import {showContact} from './contact.js';
import {StartPage} from './start_page.js';

const AGENTS_LOOK_MS = 5000;
const BUSY_LOOK_MS = 1500;
const IDLE_LOOK_MS = 3000;

let page = null;
let agents = [];

const agentsView = new AgentsView(() => listPoller.poke());
const list = new ConversationList(() => listPoller.poke());

const agentsPoller = new Poller(async signal => {
  ({agents} = await listAgents(signal));
  agentsView.update(agents);
  page?.setAgents?.(agents);
  return AGENTS_LOOK_MS;
});

const listPoller = new Poller(async signal => {
  list.update(await listConversations(
      {pageSize: list.pageSize, agent: agentsView.picked}, signal));
  return list.busy ? BUSY_LOOK_MS : IDLE_LOOK_MS;
});

function onDeleted(id) {
  list.drop(id);
  listPoller.poke();
  goTo('#/');
}

function makePage({conversationId, runId}) {
  if (conversationId) return new ConversationPage(conversationId, runId, onDeleted);
  const start = new StartPage(() => listPoller.poke());
  start.setAgents(agents);
  return start;
}

function showPage(route, first) {
  page?.close();
  page = makePage(route);
  byId('main').replaceChildren(page.element);
  page.start();
  if (!first) page.element.querySelector('h1')?.focus({preventScroll: true});
  scrollTo(0, 0);
}

function show(route) {
  const {conversationId, runId} = route;
  document.body.dataset.page = conversationId ? 'conversation' : 'start';
  document.title = conversationId ?
      `${conversationId} · agent-service` : 'agent-service';
  list.select(conversationId);
  if (conversationId && page?.id === conversationId) page.show(runId);
  else showPage(route, page === null);
}

onContact(showContact);
onRoute(show);
agentsPoller.start();
listPoller.start();
