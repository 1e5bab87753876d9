// items.jsx - a table's items: Scan and Query by choices, page by page; put, edit and delete.

import { useEffect, useRef, useState } from 'preact/hooks';
import { dynamodb } from './client.js';
import { Expressions, OPERATORS, SORT_OPERATORS } from './expressions.js';
import { indexesOf, keyNames, keysOf } from './tables.js';
import { Button, Check, Empty, ErrorBox, Field, Input, Loading, Select, TypeBadge } from './ui.jsx';
import { Terms, usable, ValueInput } from './terms.jsx';
import { Cost, Grid, Plan } from './results.jsx';
import { DeleteItems, ItemEditor } from './item_editor.jsx';
import { pick } from './values.js';

const LIMITS = ['25', '50', '100', '300'];

const schemaOf = (table, index) =>
  keysOf(table, indexesOf(table).find(({ IndexName }) => IndexName === index)?.KeySchema ?? table.KeySchema);

// The request for the choices, without its start.
function requestOf(name, table, choice) {
  const expressions = new Expressions();
  const keys = schemaOf(table, choice.index);
  const request = { TableName: name, Limit: Number(choice.limit), ReturnConsumedCapacity: 'INDEXES' };
  if (choice.index) {
    request.IndexName = choice.index;
  }
  if (choice.kind === 'Query') {
    const terms = keys
      .filter(({ kind }) => kind === 'HASH')
      .map(({ name: key, type }, i) => ({ name: key, type, operator: '=', text: choice.hash[i] ?? '' }));
    keys
      .filter(({ kind }) => kind === 'RANGE')
      .forEach(({ name: key, type }, i) => {
        const range = choice.range[i];
        if (range && range.operator) {
          terms.push({ ...range, name: key, type });
        }
      });
    request.KeyConditionExpression = expressions.all(terms);
    if (choice.backward) {
      request.ScanIndexForward = false;
    }
  }
  const filters = usable(choice.filters);
  if (filters.length > 0) {
    request.FilterExpression = expressions.all(filters);
  }
  return { ...request, ...expressions.members() };
}

// -- what to ask for --

function KeyConditions({ keys, choice, change }) {
  const hash = keys.filter(({ kind }) => kind === 'HASH');
  const range = keys.filter(({ kind }) => kind === 'RANGE');
  const setRange = (i, part) =>
    change({
      range: Object.assign([...choice.range], { [i]: { operator: '', text: '', ...choice.range[i], ...part } }),
    });
  return (
    <>
      {hash.map(({ name, type }, i) => (
        <Field
          key={name}
          label={
            <>
              {name} <TypeBadge type={type} />
            </>
          }
        >
          <ValueInput
            type={type}
            name="hash-value"
            value={choice.hash[i] ?? ''}
            onChange={(text) => change({ hash: Object.assign([...choice.hash], { [i]: text }) })}
          />
        </Field>
      ))}
      {range.map(({ name, type }, i) => {
        const term = choice.range[i] ?? { operator: '', text: '' };
        return (
          <Field
            key={name}
            class="range"
            label={
              <>
                {name} <TypeBadge type={type} />
              </>
            }
          >
            <span class="joined">
              <Select
                name="range-operator"
                aria-label="Condition on the sort key"
                value={term.operator}
                onChange={(operator) => setRange(i, { operator })}
                options={{
                  '': 'any',
                  ...Object.fromEntries(
                    SORT_OPERATORS.filter((operator) => operator !== 'begins_with' || type !== 'N').map((operator) => [
                      operator,
                      OPERATORS[operator],
                    ]),
                  ),
                }}
              />
              {term.operator && (
                <ValueInput
                  type={type}
                  name="range-value"
                  value={term.text}
                  onChange={(text) => setRange(i, { text })}
                />
              )}
              {term.operator === 'between' && (
                <ValueInput
                  type={type}
                  name="range-value-2"
                  value={term.text2 ?? ''}
                  onChange={(text2) => setRange(i, { text2 })}
                />
              )}
            </span>
          </Field>
        );
      })}
    </>
  );
}

function Choices({ table, choice, change, onRun, busy }) {
  const keys = schemaOf(table, choice.index);
  const indexes = Object.fromEntries([
    ['', `${table.TableName} (table)`],
    ...indexesOf(table).map(({ IndexName, kind }) => [IndexName, `${IndexName} (${kind} index)`]),
  ]);
  const submit = (event) => {
    event.preventDefault();
    onRun();
  };
  return (
    <form class="choices card" onSubmit={submit}>
      <div class="line">
        <div class="switch" role="group" aria-label="Operation">
          {['Scan', 'Query'].map((kind) => (
            <button key={kind} type="button" aria-pressed={choice.kind === kind} onClick={() => change({ kind })}>
              {kind}
            </button>
          ))}
        </div>
        <Field label="From">
          <Select
            name="index"
            value={choice.index}
            onChange={(index) => change({ index, hash: [], range: [] })}
            options={indexes}
          />
        </Field>
        {choice.kind === 'Query' && <KeyConditions keys={keys} choice={choice} change={change} />}
        <Field label="Page">
          <Select name="limit" value={choice.limit} onChange={(limit) => change({ limit })} options={LIMITS} />
        </Field>
        {choice.kind === 'Query' && (
          <Check checked={choice.backward} onChange={(backward) => change({ backward })}>
            descending
          </Check>
        )}
        <span class="end">
          <Button
            icon="plus"
            onClick={() => change({ filters: [...choice.filters, { name: '', operator: '=', type: 'S', text: '' }] })}
          >
            Filter
          </Button>
          <button class="button primary" type="submit" disabled={busy}>
            Run
          </button>
        </span>
      </div>
      <Terms terms={choice.filters} onChange={(filters) => change({ filters })} label="Filter" />
    </form>
  );
}

// -- pages of results --

function usePages(name, table) {
  const [state, setState] = useState({ busy: false });
  const abort = useRef(null);
  const load = async (request, kind, starts) => {
    abort.current?.abort();
    abort.current = new AbortController();
    setState((before) => ({ ...before, busy: true, error: undefined }));
    const start = starts[starts.length - 1];
    const sent = start ? { ...request, ExclusiveStartKey: start } : request;
    try {
      const answer = await dynamodb(kind, sent, { signal: abort.current.signal });
      setState({ busy: false, answer, request, sent, kind, starts });
    } catch (error) {
      if (error.name !== 'AbortError') {
        setState((before) => ({ ...before, busy: false, error }));
      }
    }
  };
  useEffect(() => () => abort.current?.abort(), []);
  return {
    ...state,
    run: (choice) => load(requestOf(name, table, choice), choice.kind, [undefined]),
    again: () => state.request && load(state.request, state.kind, state.starts),
    next: () => load(state.request, state.kind, [...state.starts, state.answer.data.LastEvaluatedKey]),
    back: () => load(state.request, state.kind, state.starts.slice(0, -1)),
  };
}

const FIRST_CHOICE = { kind: 'Scan', index: '', hash: [], range: [], filters: [], limit: '50', backward: false };

export function Items({ name, table }) {
  const [choice, setChoice] = useState(FIRST_CHOICE);
  const [plan, setPlan] = useState(false);
  const [selected, setSelected] = useState(new Set());
  const [editing, setEditing] = useState(null);
  const [deleting, setDeleting] = useState(null);
  const pages = usePages(name, table);
  const { answer, busy, error, starts } = pages;
  const items = answer?.data.Items ?? [];
  const more = answer?.data.LastEvaluatedKey;

  useEffect(() => {
    pages.run(FIRST_CHOICE);
  }, []);
  useEffect(() => setSelected(new Set()), [answer]);

  const changed = () => {
    setEditing(null);
    setDeleting(null);
    pages.again();
  };
  const keys = keyNames(table);
  const first = [...new Set([...schemaOf(table, pages.request?.IndexName ?? '').map((key) => key.name), ...keys])];
  return (
    <>
      <Choices
        table={table}
        choice={choice}
        change={(part) => setChoice({ ...choice, ...part })}
        onRun={() => pages.run(choice)}
        busy={busy}
      />
      <ErrorBox error={error} />
      <div class="result-bar">
        {answer ? <Cost answer={answer} /> : <p class="cost" />}
        <div class="actions">
          {selected.size > 0 && (
            <Button
              icon="trash"
              kind="danger"
              onClick={() => setDeleting([...selected].map((i) => pick(items[i], keys)))}
            >
              Delete {selected.size}
            </Button>
          )}
          <Button aria-pressed={plan} onClick={() => setPlan(!plan)} disabled={!answer}>
            Plan
          </Button>
          <Button icon="refresh" label="Read again" onClick={pages.again} disabled={busy || !answer} />
          <Button
            icon="left"
            label="Previous page"
            disabled={busy || !starts || starts.length < 2}
            onClick={pages.back}
          />
          <span class="page-number">{starts?.length ?? 1}</span>
          <Button icon="right" label="Next page" disabled={busy || !more} onClick={pages.next} />
          <Button icon="plus" kind="primary" onClick={() => setEditing({})}>
            New item
          </Button>
        </div>
      </div>
      <div class={`results ${plan ? 'with-plan' : ''}`} aria-busy={busy}>
        {items.length > 0 ? (
          <Grid
            items={items}
            first={first}
            selected={selected}
            onSelect={setSelected}
            onOpen={(item) => setEditing({ itemKey: pick(item, keys), seen: item })}
          />
        ) : !answer ? (
          !error && <Loading />
        ) : (
          <Empty title={more ? 'No items on this page' : 'No items'}>
            <p>
              {more
                ? 'The filter took none of those that were read. There are more pages.'
                : choice.kind === 'Scan' && choice.filters.length === 0
                  ? 'This table is empty.'
                  : 'Nothing fits what was asked for.'}
            </p>
          </Empty>
        )}
        {plan && answer && <Plan operation={pages.kind} request={pages.sent} />}
      </div>
      {editing && (
        <ItemEditor
          name={name}
          table={table}
          {...editing}
          onClose={() => setEditing(null)}
          onDone={changed}
          onDelete={(key) => setDeleting([key])}
        />
      )}
      {deleting && <DeleteItems name={name} itemKeys={deleting} onClose={() => setDeleting(null)} onDone={changed} />}
    </>
  );
}
