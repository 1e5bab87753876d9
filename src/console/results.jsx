// results.jsx - items in a grid, what the request for them cost, and PostgreSQL's plan for it.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { dynamodb } from './client.js';
import { Check, ErrorBox, Loading } from './ui.jsx';
import { own, preview, typeOf } from './values.js';
import { duration, plural, short, size } from './format.js';

const MOST_COLUMNS = 30;

// The first names, then the others that items have, the most frequent first.
function columnsOf(items, first) {
  const seen = new Map();
  for (const item of items) {
    for (const name of Object.keys(item)) {
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
  }
  const keys = first.filter((name) => seen.has(name));
  const others = [...seen.keys()].filter((name) => !keys.includes(name));
  others.sort((a, b) => seen.get(b) - seen.get(a));
  return {
    columns: [...keys, ...others].slice(0, MOST_COLUMNS),
    hidden: Math.max(0, keys.length + others.length - MOST_COLUMNS),
  };
}

function Cell({ value }) {
  const type = typeOf(value);
  return <td class={`value type-${type}`}>{value !== undefined && <span title={type}>{preview(value)}</span>}</td>;
}

// selected is a Set of row numbers, or undefined where rows cannot be selected; onOpen(item) is called for the row that is chosen.
export function Grid({ items, first = [], onOpen, selected, onSelect }) {
  const { columns, hidden } = useMemo(() => columnsOf(items, first), [items, first.join('\n')]);
  const body = useRef();
  const keys = (event, i) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      body.current.rows[i + by]?.focus();
    } else if (event.key === 'Enter' && onOpen && event.target === event.currentTarget) {
      event.preventDefault();
      onOpen(items[i]);
    } else if (event.key === ' ' && selected && event.target === event.currentTarget) {
      event.preventDefault();
      toggle(i);
    }
  };
  const toggle = (i) => {
    const next = new Set(selected);
    if (!next.delete(i)) {
      next.add(i);
    }
    onSelect(next);
  };
  const all = selected?.size === items.length && items.length > 0;
  return (
    <div class="scroll grid" tabIndex={-1}>
      <table>
        <thead>
          <tr>
            {selected && (
              <th class="tick">
                <input
                  type="checkbox"
                  aria-label="Select all"
                  checked={all}
                  onChange={() => onSelect(all ? new Set() : new Set(items.keys()))}
                />
              </th>
            )}
            {columns.map((name) => (
              <th key={name} title={name} class={first.includes(name) ? 'is-key' : ''}>
                {name}
              </th>
            ))}
            {hidden > 0 && <th class="faint">{hidden} more</th>}
          </tr>
        </thead>
        <tbody ref={body}>
          {items.map((item, i) => (
            <tr
              key={i}
              tabIndex={0}
              class={selected?.has(i) ? 'selected' : ''}
              onKeyDown={(event) => keys(event, i)}
              onClick={(event) => onOpen && !event.target.closest('.tick') && onOpen(item)}
            >
              {selected && (
                <td class="tick">
                  <input
                    type="checkbox"
                    tabIndex={-1}
                    aria-label="Select the item"
                    checked={selected.has(i)}
                    onChange={() => toggle(i)}
                  />
                </td>
              )}
              {columns.map((name) => (
                <Cell key={name} value={own(item, name)} />
              ))}
              {hidden > 0 && <td />}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

// -- the cost --

function units(capacity) {
  if (!capacity) {
    return null;
  }
  const list = Array.isArray(capacity) ? capacity : [capacity];
  return list.reduce((sum, entry) => sum + (entry.CapacityUnits ?? 0), 0);
}

export function Cost({ answer }) {
  const { data, ms, bytes } = answer;
  const consumed = units(data.ConsumedCapacity);
  const facts = [
    plural(data.Items?.length ?? 0, 'item'),
    data.ScannedCount !== undefined && data.ScannedCount !== data.Count && `${plural(data.ScannedCount, 'item')} read`,
    consumed !== null && `${short(consumed)} capacity ${consumed === 1 ? 'unit' : 'units'}`,
    duration(ms / 1000),
    size(bytes),
  ];
  return (
    <p class="cost" role="status">
      {facts.filter(Boolean).map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
    </p>
  );
}

// -- the plan --

// Of a request that reads.
export function Plan({ operation, request }) {
  const [run, setRun] = useState(false);
  const [plan, setPlan] = useState({});
  const text = JSON.stringify(request);
  useEffect(() => {
    const abort = new AbortController();
    dynamodb(operation, request, { signal: abort.signal, explain: run ? 'run' : 'plan' }).then(
      ({ data }) => setPlan({ lines: data.Explain ?? ['This server shows no plans.'] }),
      (error) => error.name !== 'AbortError' && setPlan({ error }),
    );
    return () => abort.abort();
  }, [operation, text, run]);
  return (
    <aside class="plan card" aria-label="PostgreSQL's plan">
      <header>
        <h2>PostgreSQL’s plan</h2>
        <Check checked={run} onChange={setRun}>
          with times
        </Check>
      </header>
      <ErrorBox error={plan.error} />
      {plan.lines ? <pre tabIndex={0}>{plan.lines.join('\n')}</pre> : !plan.error && <Loading />}
    </aside>
  );
}
