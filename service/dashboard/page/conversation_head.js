// The head of a conversation's page: which one it is, of which agent, and for
// how long it is kept.
import {ago, dateTime} from './format.js';
import {h, setAttribute, setText} from './dom.js';

export class ConversationHead {
  constructor(id, onDelete) {
    this.about = h('p', {class: 'about'});
    this.element = h('header', {class: 'conversation-head'},
        h('a', {class: 'back', href: '#/'}, 'All conversations'),
        h('div', {class: 'title'},
            h('h1', {tabindex: -1}, id),
            h('button', {class: 'quiet danger', type: 'button',
              onclick: onDelete}, 'Delete')),
        this.about);
  }

  update({agent, create_time: created, expire_time: expires}) {
    setText(this.about, `${agent} · begun ${ago(created)}` +
        (expires ? ` · kept until ${dateTime(expires)}` : ''));
    setAttribute(this.about, 'title', `Begun ${dateTime(created)}`);
  }
}
