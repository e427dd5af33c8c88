// The agents that can be run now, and how many workers offer each. One can be
// picked, to see its conversations alone.
import {counted} from './format.js';
import {byId, h, KeyedList, setAttribute, setText} from './dom.js';

class AgentView {
  constructor(agent, pick) {
    this.workers = h('span', {class: 'workers'});
    this.about = h('span', {class: 'about'});
    this.tools = h('span', {class: 'tools'});
    this.button = h('button',
        {class: 'agent', type: 'button', onclick: () => pick(agent.name)},
        h('span', {class: 'name'}, agent.name), this.workers, this.about,
        this.tools);
    this.element = h('li', {}, this.button);
  }

  update({description, tools, workers, picked}) {
    setText(this.workers, workers > 0 ? counted(workers, 'worker') : 'no worker');
    setAttribute(this.workers, 'data-none', workers === 0 ? '' : null);
    setText(this.about, description);
    setText(this.tools, tools.length ? `Tools: ${tools.join(', ')}` : '');
    setAttribute(this.button, 'aria-pressed', String(picked));
  }
}

export class AgentsView {
  #list;
  picked = '';

  // `onPick(name)`; an empty name: all agents.
  constructor(onPick) {
    this.#list = new KeyedList(byId('agents'), agent => agent.name,
        agent => new AgentView(agent, name => {
          this.picked = this.picked === name ? '' : name;
          this.update(this.agents);
          onPick(this.picked);
        }));
  }

  agents = [];

  update(agents) {
    this.agents = agents;
    this.#list.update(agents.map(
        agent => ({...agent, picked: agent.name === this.picked})));
  }
}
