// item_form.jsx - an item as a form: a tree of nodes, each with a type and, in an item or a map, a name.
//
// The form changes its nodes in place and draws itself again.  Node: {id, name, type, text | on | nodes | texts}.

import { useState } from 'preact/hooks';
import { Button, Input, Select } from './ui.jsx';
import { plural } from './format.js';
import { problemOfItem, typeOf, TYPES } from './values.js';

let last = 0;

function toNode(name, value) {
  const type = typeOf(value);
  const content = value[type];
  const node = { id: ++last, name, type, text: '', on: false, nodes: [], texts: [] };
  switch (type) {
    case 'BOOL':
      node.on = content;
      break;
    case 'NULL':
      break;
    case 'M':
      node.nodes = Object.entries(content).map(([key, element]) => toNode(key, element));
      break;
    case 'L':
      node.nodes = content.map((element) => toNode('', element));
      break;
    case 'SS':
    case 'NS':
    case 'BS':
      node.texts = content.map((text) => ({ id: ++last, text }));
      break;
    default:
      node.text = content;
  }
  return node;
}

export const toForm = (item) => Object.entries(item).map(([name, value]) => toNode(name, value));

function contentOf(node) {
  switch (node.type) {
    case 'BOOL':
      return node.on;
    case 'NULL':
      return true;
    case 'M':
      return Object.fromEntries(node.nodes.map((child) => [child.name, valueOf(child)]));
    case 'L':
      return node.nodes.map(valueOf);
    case 'SS':
    case 'NS':
    case 'BS':
      return node.texts.map(({ text }) => (node.type === 'NS' ? text.trim() : text));
    default:
      return node.type === 'N' ? node.text.trim() : node.text;
  }
}

const valueOf = (node) => Object.fromEntries([[node.type, contentOf(node)]]);

// A name that two nodes of one map have, or none.
function nameTwice(nodes, path = '') {
  const names = nodes.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    return path + twice;
  }
  for (const node of nodes) {
    const found = node.type === 'M' ? nameTwice(node.nodes, `${path}${node.name}.`) : undefined;
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

// {item}, or {problem}; a draft may have values that are not right yet.
export function readForm(nodes, draft) {
  if (!draft && nodes.some(({ name }) => name === '')) {
    return { problem: 'An attribute has no name' };
  }
  const twice = nameTwice(nodes);
  if (twice !== undefined) {
    return { problem: `The attribute ${twice} is there twice` };
  }
  const item = Object.fromEntries(nodes.map((node) => [node.name, valueOf(node)]));
  const problem = draft ? null : problemOfItem(item);
  return problem ? { problem } : { item };
}

// -- drawing --

function Texts({ node, draw }) {
  return (
    <div class="texts">
      {node.texts.map((entry) => (
        <span class="joined" key={entry.id}>
          <Input
            value={entry.text}
            aria-label={`Element of ${node.name}`}
            onChange={(text) => {
              entry.text = text;
            }}
          />
          <Button
            icon="close"
            kind="quiet"
            label="Remove the element"
            onClick={() => {
              node.texts = node.texts.filter((other) => other !== entry);
              draw();
            }}
          />
        </span>
      ))}
      <Button
        icon="plus"
        kind="quiet"
        onClick={() => {
          node.texts = [...node.texts, { id: ++last, text: '' }];
          draw();
        }}
      >
        Element
      </Button>
    </div>
  );
}

function Text({ node, disabled, draw }) {
  const set = (event) => {
    node.text = event.currentTarget.value;
    draw();
  };
  const long = node.type !== 'N' && (node.text.length > 60 || node.text.includes('\n'));
  const shared = {
    name: 'text',
    'aria-label': `Value of ${node.name}`,
    spellcheck: false,
    disabled,
    value: node.text,
    onInput: set,
  };
  return long ? (
    <textarea rows={Math.min(8, 2 + Math.floor(node.text.length / 80))} {...shared} />
  ) : (
    <input
      autocomplete="off"
      inputmode={node.type === 'N' ? 'decimal' : undefined}
      placeholder={{ N: '0', B: 'base64' }[node.type]}
      {...shared}
    />
  );
}

function Value({ node, disabled, draw }) {
  switch (node.type) {
    case 'BOOL':
      return (
        <Select
          value={String(node.on)}
          aria-label={`Value of ${node.name}`}
          options={['true', 'false']}
          onChange={(text) => {
            node.on = text === 'true';
            draw();
          }}
        />
      );
    case 'NULL':
      return <span class="faint">null</span>;
    case 'M':
    case 'L':
      return <span class="faint">{plural(node.nodes.length, node.type === 'M' ? 'attribute' : 'element')}</span>;
    case 'SS':
    case 'NS':
    case 'BS':
      return <Texts node={node} draw={draw} />;
    default:
      return <Text node={node} disabled={disabled} draw={draw} />;
  }
}

const TYPE_OPTIONS = Object.fromEntries(Object.entries(TYPES).map(([type, text]) => [type, `${type} ${text}`]));

function Node({ node, place, named, fixed, locked, draw, remove }) {
  const setType = (type) => {
    node.type = type;
    if (['SS', 'NS', 'BS'].includes(type) && node.texts.length === 0) {
      node.texts = [{ id: ++last, text: node.text }];
    }
    draw();
  };
  return (
    <li>
      <div class="node">
        {named ? (
          <Input
            name="name"
            class="attribute-name"
            aria-label="Name"
            placeholder="name"
            value={node.name}
            disabled={fixed}
            onChange={(name) => {
              node.name = name;
              draw();
            }}
          />
        ) : (
          <span class="place">{place}</span>
        )}
        <Select
          name="type"
          aria-label={`Type of ${node.name}`}
          value={node.type}
          disabled={fixed}
          onChange={setType}
          options={TYPE_OPTIONS}
        />
        <Value node={node} disabled={locked} draw={draw} />
        {!fixed && <Button icon="close" kind="quiet" label={`Remove ${node.name || 'the element'}`} onClick={remove} />}
      </div>
      {(node.type === 'M' || node.type === 'L') && <Nodes nodes={node.nodes} named={node.type === 'M'} draw={draw} />}
    </li>
  );
}

// Changes the list in place.
function Nodes({ nodes, named, fixed = [], known, draw }) {
  const add = () => {
    nodes.push(toNode('', { S: '' }));
    draw();
  };
  return (
    <ul class="nodes">
      {nodes.map((node, i) => (
        <Node
          key={node.id}
          node={node}
          place={i}
          named={named}
          fixed={fixed.includes(node.name) && i < fixed.length}
          locked={known && fixed.includes(node.name)}
          draw={draw}
          remove={() => {
            nodes.splice(nodes.indexOf(node), 1);
            draw();
          }}
        />
      ))}
      <li>
        <Button icon="plus" kind="quiet" onClick={add}>
          {named ? 'Attribute' : 'Element'}
        </Button>
      </li>
    </ul>
  );
}

export function ItemForm({ form, fixed, known }) {
  const [, setTurn] = useState(0);
  return <Nodes nodes={form} named fixed={fixed} known={known} draw={() => setTurn((turn) => turn + 1)} />;
}
