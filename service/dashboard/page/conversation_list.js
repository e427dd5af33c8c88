// The conversations, most recently active first.
import {ago, counted, dateTime} from './format.js';
import {byId, h, KeyedList, setAttribute, setText} from './dom.js';
import {linkTo} from './route.js';

const PAGE = 30;
const PAGE_MAX = 960;

class Entry {
  constructor({conversation_id: id}) {
    this.id = id;
    this.what = h('span', {class: 'what'});
    this.when = h('time', {});
    this.link = h('a', {href: linkTo(id)},
        h('span', {class: 'id'}, id), this.what, this.when);
    this.element = h('li', {}, this.link);
  }

  update({conversation, current}) {
    const {agent, update_time: updated, active_run_id: active,
      queued_runs: queued} = conversation;
    const state = active ? 'running' : queued ? 'queued' : '';
    setAttribute(this.link, 'data-state', state || null);
    setText(this.what, [agent, active && 'running',
      queued && counted(queued, 'run') + ' queued'].filter(Boolean).join(' · '));
    setText(this.when, ago(updated));
    setAttribute(this.when, 'datetime', updated);
    setAttribute(this.when, 'title', dateTime(updated));
    setAttribute(this.link, 'aria-current', current ? 'page' : null);
  }
}

export class ConversationList {
  #list = new KeyedList(byId('conversations'),
      item => item.conversation.conversation_id,
      item => new Entry(item.conversation));
  #listed = [];
  pageSize = PAGE;
  current = '';

  constructor(onMore) {
    byId('conversations-more').addEventListener('click', () => {
      this.pageSize = Math.min(2 * this.pageSize, PAGE_MAX);
      onMore();
    });
  }

  // Whether something is going on.
  get busy() {
    return this.#listed.some(conversation =>
      conversation.active_run_id || conversation.queued_runs);
  }

  update({conversations, next_page_token: next}) {
    this.#listed = conversations;
    this.#show();
    byId('conversations-more').hidden = !next || this.pageSize >= PAGE_MAX;
    const empty = byId('conversations-empty');
    empty.hidden = conversations.length > 0;
    setText(empty, 'None yet. Start a run, and it shows here.');
  }

  select(id) {
    this.current = id;
    this.#show();
  }

  // One that was deleted goes at once, not with the next look.
  drop(id) {
    this.#listed = this.#listed.filter(each => each.conversation_id !== id);
    this.#show();
  }

  #show() {
    this.#list.update(this.#listed.map(conversation => ({
      conversation, current: conversation.conversation_id === this.current,
    })));
  }
}
