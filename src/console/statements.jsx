// statements.jsx - PartiQL: a statement, its parameters, its result page by page.

import { useRef, useState } from 'preact/hooks';
import { dynamodb } from './client.js';
import { createStore, useStore } from './store.js';
import { Button, Dialog, Empty, ErrorBox, Field } from './ui.jsx';
import { Cost, Grid, Plan } from './results.jsx';
import { problemOf } from './values.js';

const EXAMPLE = 'SELECT * FROM "Orders" WHERE customer = \'ada\'';
const MOST_KEPT = 30;
const typed = createStore({ statement: '', parameters: '' });
const history = createStore([]);

// For another role, which is not to see what this one wrote.
export function forgetStatements() {
  typed.set({ statement: '', parameters: '' });
  history.set([]);
}

function keep(statement) {
  history.set([statement, ...history.get().filter((other) => other !== statement)].slice(0, MOST_KEPT));
}

// The parameters as a list of attribute values, or why they are none.
function readParameters(text) {
  if (text.trim() === '') {
    return {};
  }
  try {
    const list = JSON.parse(text);
    if (!Array.isArray(list)) {
      return { problem: 'Parameters are a list of values, such as [{"S": "ada"}]' };
    }
    const problem = list.map((value, i) => problemOf(value, `[${i}]`)).find(Boolean);
    return problem ? { problem } : { list };
  } catch (error) {
    return { problem: error.message };
  }
}

const isRead = (statement) => /^\s*select\b/i.test(statement);

export function Statements() {
  const { statement, parameters } = useStore(typed);
  const kept = useStore(history);
  const [state, setState] = useState({ busy: false });
  const [plan, setPlan] = useState(false);
  const [shown, setShown] = useState(null);
  const abort = useRef(null);
  const { busy, answer, error, request, starts } = state;
  const items = answer?.data.Items ?? [];
  const next = answer?.data.NextToken;
  const planned = plan && answer !== undefined && isRead(request.Statement);

  const load = async (asked, tokens) => {
    abort.current?.abort();
    abort.current = new AbortController();
    setState((before) => ({ ...before, busy: true, error: undefined }));
    const token = tokens[tokens.length - 1];
    try {
      const result = await dynamodb('ExecuteStatement', token ? { ...asked, NextToken: token } : asked, {
        signal: abort.current.signal,
      });
      setState({ busy: false, answer: result, request: asked, starts: tokens });
    } catch (problem) {
      if (problem.name !== 'AbortError') {
        setState((before) => ({ ...before, busy: false, error: problem }));
      }
    }
  };

  const run = (event) => {
    event?.preventDefault();
    const { list, problem } = readParameters(parameters);
    if (problem) {
      setState((before) => ({ ...before, error: { type: 'Parameters', message: problem } }));
      return;
    }
    keep(statement);
    load(
      {
        Statement: statement,
        ...(list?.length > 0 && { Parameters: list }),
        Limit: 100,
        ReturnConsumedCapacity: 'INDEXES',
      },
      [undefined],
    );
  };
  const keys = (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      run(event);
    }
  };

  return (
    <section class="page fill">
      <header class="page-head">
        <h1>PartiQL</h1>
      </header>
      <form class="choices card" onSubmit={run}>
        <textarea
          class="statement"
          name="statement"
          aria-label="Statement"
          placeholder={EXAMPLE}
          rows="4"
          spellcheck={false}
          value={statement}
          onKeyDown={keys}
          autofocus
          onInput={(event) => typed.set({ statement: event.currentTarget.value, parameters })}
        />
        <div class="line">
          <Field label="Parameters for ?" class="grow">
            <input
              name="parameters"
              value={parameters}
              spellcheck={false}
              autocomplete="off"
              placeholder={'[{"S": "ada"}, {"N": "5"}]'}
              onKeyDown={keys}
              onInput={(event) => typed.set({ statement, parameters: event.currentTarget.value })}
            />
          </Field>
          {kept.length > 0 && (
            <Field label="Earlier statements">
              <select
                aria-label="Earlier statements"
                value=""
                onChange={(event) =>
                  event.currentTarget.value && typed.set({ statement: event.currentTarget.value, parameters })
                }
              >
                <option value="">choose…</option>
                {kept.map((text) => (
                  <option key={text} value={text}>
                    {text.slice(0, 80)}
                  </option>
                ))}
              </select>
            </Field>
          )}
          <button class="button primary" type="submit" disabled={busy || statement.trim() === ''}>
            Run
          </button>
        </div>
      </form>
      <ErrorBox error={error} />
      {answer && (
        <>
          <div class="result-bar">
            <Cost answer={answer} />
            <div class="actions">
              <Button aria-pressed={planned} disabled={!isRead(request.Statement)} onClick={() => setPlan(!plan)}>
                Plan
              </Button>
              <Button
                icon="left"
                label="Previous page"
                disabled={busy || starts.length < 2}
                onClick={() => load(request, starts.slice(0, -1))}
              />
              <span class="page-number">{starts.length}</span>
              <Button
                icon="right"
                label="Next page"
                disabled={busy || !next}
                onClick={() => load(request, [...starts, next])}
              />
            </div>
          </div>
          <div class={`results ${planned ? 'with-plan' : ''}`} aria-busy={busy}>
            {items.length > 0 ? (
              <Grid items={items} onOpen={setShown} />
            ) : (
              <Empty title={isRead(request.Statement) ? 'No items' : 'Done'}>
                <p>
                  {isRead(request.Statement)
                    ? 'Nothing fits the statement on this page.'
                    : 'The statement was carried out.'}
                </p>
              </Empty>
            )}
            {planned && <Plan operation="ExecuteStatement" request={request} />}
          </div>
        </>
      )}
      {shown && (
        <Dialog title="Item" wide onClose={() => setShown(null)}>
          <pre tabIndex={0}>{JSON.stringify(shown, null, 2)}</pre>
        </Dialog>
      )}
    </section>
  );
}
