// item_editor.jsx - an item in a form or as DynamoDB JSON; saved by PutItem, with conditions if wanted.
//
// A known item is read again when the dialog opens.  "Only if unchanged" is a condition on the attributes that were read then.

import { useEffect, useRef, useState } from 'preact/hooks';
import { dynamodb } from './client.js';
import { Expressions } from './expressions.js';
import { keyNames, keysOf } from './tables.js';
import { Button, Check, Dialog, ErrorBox, Loading, note, Tabs } from './ui.jsx';
import { Terms, usable } from './terms.jsx';
import { ItemForm, readForm, toForm } from './item_form.jsx';
import { countNodes, own, pick, problemOfItem, sameValue } from './values.js';
import { plural } from './format.js';

const MOST_IN_FORM = 1500; // nodes
const MOST_COMPARED = 100; // attributes in a condition
const NEW_TERM = { name: '', operator: '=', type: 'S', text: '' };

const print = (item) => JSON.stringify(item, null, 2);

function blank(table) {
  return Object.fromEntries(keysOf(table).map(({ name, type }) => [name, Object.fromEntries([[type, '']])]));
}

const keysFirst = (item, table) => ({ ...pick(item, keyNames(table)), ...item });

// A JSON text as an item, or why it is none.
function readJson(text) {
  try {
    const item = JSON.parse(text);
    const problem = problemOfItem(item);
    return problem ? { problem } : { item };
  } catch (error) {
    return { problem: error.message };
  }
}

// The condition that the choices make, as members of a request.
function conditionOf({ table, old, absent, unchanged, terms }) {
  const expressions = new Expressions();
  const parts = [];
  if (absent) {
    parts.push(`attribute_not_exists(${expressions.name(keyNames(table)[0])})`);
  }
  if (unchanged && old) {
    const names = Object.keys(old).slice(0, MOST_COMPARED);
    parts.push(...names.map((name) => `${expressions.name(name)} = ${expressions.value(old[name])}`));
  }
  parts.push(...usable(terms).map((term) => expressions.term(term)));
  return parts.length > 0 ? { ConditionExpression: parts.join(' AND '), ...expressions.members() } : {};
}

function Conditions({ known, absent, setAbsent, unchanged, setUnchanged, terms, setTerms }) {
  return (
    <fieldset class="conditions">
      <legend>Save only if</legend>
      {known ? (
        <Check checked={unchanged} onChange={setUnchanged} name="unchanged">
          the item is as it was read
        </Check>
      ) : (
        <Check checked={absent} onChange={setAbsent} name="absent">
          there is no such item yet
        </Check>
      )}
      <Terms terms={terms} onChange={setTerms} label="Condition" />
      <Button icon="plus" kind="quiet" onClick={() => setTerms([...terms, NEW_TERM])}>
        Condition
      </Button>
    </fieldset>
  );
}

// The item as it is now, by its key; undefined while that is not known.
function useItem(name, key, seen) {
  const [state, setState] = useState({});
  const load = async () => {
    if (!key) {
      return;
    }
    try {
      const { data } = await dynamodb('GetItem', { TableName: name, Key: key, ConsistentRead: true });
      setState({ item: data.Item ?? seen, gone: !data.Item });
    } catch (error) {
      setState({ item: seen, error });
    }
  };
  useEffect(() => {
    load();
  }, []);
  return { ...state, reload: load };
}

export function ItemEditor(props) {
  const { name, table, onClose } = props;
  const { item, gone, error, reload } = useItem(name, props.itemKey, props.seen);
  const known = props.itemKey !== undefined;
  if (known && item === undefined) {
    return (
      <Dialog title="Item" onClose={onClose} wide>
        <Loading />
      </Dialog>
    );
  }
  return (
    <Editor
      key={print(item ?? null)}
      {...props}
      known={known && !gone}
      old={gone ? undefined : item}
      start={item ?? blank(table)}
      trouble={error}
      reload={reload}
    />
  );
}

function Editor({ name, table, itemKey, known, old, start, trouble, reload, onClose, onDone, onDelete }) {
  const large = Object.values(start).reduce((sum, value) => sum + countNodes(value, MOST_IN_FORM), 0) > MOST_IN_FORM;
  const [mode, setMode] = useState(large ? 'json' : 'form');
  const form = useRef(null);
  form.current ??= large ? null : toForm(keysFirst(start, table));
  const printed = useRef(null); // what the form was when it was last left
  const [text, setText] = useState(() => (large ? print(start) : ''));
  const [problem, setProblem] = useState(null);
  const [error, setError] = useState(trouble);
  const [busy, setBusy] = useState(false);
  const [absent, setAbsent] = useState(true);
  const [unchanged, setUnchanged] = useState(true);
  const [terms, setTerms] = useState([]);

  const read = (draft) => (mode === 'form' ? readForm(form.current, draft) : readJson(text));

  const switchMode = (next) => {
    if (next === mode) {
      return;
    }
    if (next === 'form' && text === printed.current) {
      setProblem(null);
      setMode(next);
      return;
    }
    const { item, problem: wrong } = read(true);
    setProblem(wrong);
    if (!item) {
      return;
    }
    if (next === 'json') {
      printed.current = print(item);
      setText(printed.current);
    } else if (Object.values(item).reduce((sum, value) => sum + countNodes(value, MOST_IN_FORM), 0) > MOST_IN_FORM) {
      setProblem('The item has too many values for the form');
      return;
    } else {
      form.current = toForm(keysFirst(item, table));
    }
    setMode(next);
  };

  const save = async () => {
    const { item, problem: wrong } = read();
    setProblem(wrong);
    if (!item || busy) {
      return;
    }
    const moved = known && !sameValue(pick(item, keyNames(table)), itemKey);
    setBusy(true);
    setError(null);
    try {
      await dynamodb('PutItem', {
        TableName: name,
        Item: item,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        ...conditionOf({ table, old, absent: known ? moved : absent, unchanged: known && unchanged && !moved, terms }),
      });
      note(moved ? 'Saved as a new item' : 'Saved');
      onDone();
    } catch (wrongAnswer) {
      setError(wrongAnswer);
      setBusy(false);
    }
  };

  const changedMeanwhile = error?.type === 'ConditionalCheckFailedException' && own(error.reply, 'Item');
  return (
    <Dialog
      title={known ? 'Edit item' : 'New item'}
      wide
      onClose={onClose}
      onSubmit={save}
      footer={
        <>
          {known && (
            <Button icon="trash" kind="danger" onClick={() => onDelete(itemKey)}>
              Delete
            </Button>
          )}
          <span class="spring" />
          <Button onClick={onClose}>Cancel</Button>
          <button class="button primary" disabled={busy}>
            {busy ? 'Saving…' : 'Save'}
          </button>
        </>
      }
    >
      <Tabs tabs={{ form: 'Form', json: 'JSON' }} current={mode} onSelect={switchMode} />
      {problem && (
        <p class="error" role="alert">
          {problem}
        </p>
      )}
      <ErrorBox error={error}>
        {changedMeanwhile && known && <Button onClick={reload}>Show the item as it is now</Button>}
      </ErrorBox>
      {mode === 'form' ? (
        <ItemForm form={form.current} fixed={keyNames(table)} known={known} />
      ) : (
        <textarea
          class="json"
          name="json"
          aria-label="The item as DynamoDB JSON"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      )}
      <Conditions
        known={known}
        absent={absent}
        setAbsent={setAbsent}
        unchanged={unchanged}
        setUnchanged={setUnchanged}
        terms={terms}
        setTerms={setTerms}
      />
    </Dialog>
  );
}

export function DeleteItems({ name, itemKeys, onClose, onDone }) {
  const [terms, setTerms] = useState([]);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    const expressions = new Expressions();
    const condition = expressions.all(usable(terms));
    const members = condition ? { ConditionExpression: condition, ...expressions.members() } : {};
    setBusy(true);
    let deleted = 0;
    try {
      for (const Key of itemKeys) {
        await dynamodb('DeleteItem', { TableName: name, Key, ...members });
        deleted++;
      }
      note(`Deleted ${plural(deleted, 'item')}`);
      onDone();
    } catch (problem) {
      problem.message += deleted > 0 ? ` (${plural(deleted, 'item')} deleted before)` : '';
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={`Delete ${plural(itemKeys.length, 'item')}`}
      onClose={onClose}
      onSubmit={remove}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <button class="button danger" disabled={busy}>
            Delete
          </button>
        </>
      }
    >
      <pre class="small">
        {itemKeys
          .slice(0, 20)
          .map((key) => JSON.stringify(key))
          .join('\n')}
        {itemKeys.length > 20 && `\n… ${itemKeys.length - 20} more`}
      </pre>
      <ErrorBox error={error} />
      <fieldset class="conditions">
        <legend>Delete only if</legend>
        <Terms terms={terms} onChange={setTerms} label="Condition" />
        <Button icon="plus" kind="quiet" onClick={() => setTerms([...terms, NEW_TERM])}>
          Condition
        </Button>
      </fieldset>
    </Dialog>
  );
}
