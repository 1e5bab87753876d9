// indexes.jsx - secondary indexes: the form for new ones, what a request needs of it, adding one to a table, deleting one.

import { useState } from 'preact/hooks';
import { dynamodb } from './client.js';
import { countIndexes, indexesOf, keysOf, refreshDescription, vectorIndexesOf } from './tables.js';
import { Button, ConfirmDialog, Dialog, ErrorBox, Field, Input, note, Select, TypeBadge } from './ui.jsx';
import { count, size } from './format.js';

export const KEY_TYPES = { S: 'String', N: 'Number', B: 'Binary' };
const PROJECTIONS = { ALL: 'all attributes', KEYS_ONLY: 'keys only', INCLUDE: 'keys and some attributes' };
const MOST = 4; // attributes of either kind in the key of a global index

export const Keys = ({ keys }) =>
  keys.map(({ name, type, kind }) => (
    <span class="key" key={name} title={kind === 'HASH' ? 'partition key' : 'sort key'}>
      <TypeBadge type={type} />
      {name}
    </span>
  ));

// -- the form --

const emptyKey = () => ({ name: '', type: 'S' });

export const newIndex = (kind) => ({
  kind,
  name: '',
  hash: kind === 'global' ? [emptyKey()] : [],
  range: kind === 'global' ? [] : [emptyKey()],
  projection: 'ALL',
  attributes: '',
});

// Rows of one kind of key attributes; known has the type of an attribute that is a key already.
function KeyRows({ keys, onChange, title, text, least, known, name }) {
  const set = (i, part) => onChange(keys.map((key, at) => (at === i ? { ...key, ...part } : key)));
  const rows = keys.map((key, i) => (
    <div class="key-row" key={i}>
      <Input
        name={`${name}-${i}`}
        placeholder="attribute"
        aria-label={keys.length > 1 ? `${text} ${i + 1}` : text}
        value={key.name}
        onChange={(value) => set(i, { name: value })}
      />
      <Select
        name={`${name}-type-${i}`}
        aria-label="Type"
        disabled={known.has(key.name)}
        value={known.get(key.name) ?? key.type}
        onChange={(type) => set(i, { type })}
        options={KEY_TYPES}
      />
      <Button
        icon="close"
        kind="quiet"
        label={`Remove the ${text.toLowerCase()}`}
        disabled={keys.length <= least}
        onClick={() => onChange(keys.filter((_, at) => at !== i))}
      />
    </div>
  ));
  return (
    keys.length > 0 && (
      <div class="key-rows">
        <span class="label">{title}</span>
        {rows}
      </div>
    )
  );
}

export function IndexForm({ index, onChange, onRemove, known, tableHash }) {
  const set = (part) => onChange({ ...index, ...part });
  const isGlobal = index.kind === 'global';
  return (
    <fieldset class="index-form">
      {onRemove && (
        <legend>
          {isGlobal ? 'Global index' : 'Local index'}
          <Button icon="close" kind="quiet" label="Remove the index" onClick={onRemove} />
        </legend>
      )}
      <Field label="Index name">
        <Input name="index-name" value={index.name} onChange={(name) => set({ name })} autofocus />
      </Field>
      {isGlobal ? (
        <KeyRows
          keys={index.hash}
          onChange={(hash) => set({ hash })}
          title="Partition key"
          text="Partition key attribute"
          name="index-hash"
          least={1}
          known={known}
        />
      ) : (
        <p class="faint">
          Its partition key is the table’s{tableHash && ':'} <strong>{tableHash}</strong>
        </p>
      )}
      <KeyRows
        keys={index.range}
        onChange={(range) => set({ range })}
        title="Sort key"
        text="Sort key attribute"
        name="index-range"
        least={isGlobal ? 0 : 1}
        known={known}
      />
      {isGlobal && (
        <div class="line">
          <Button icon="plus" disabled={index.hash.length === MOST} onClick={() => set({ hash: [...index.hash, emptyKey()] })}>
            Partition attribute
          </Button>
          <Button icon="plus" disabled={index.range.length === MOST} onClick={() => set({ range: [...index.range, emptyKey()] })}>
            Sort attribute
          </Button>
        </div>
      )}
      <Field label="The index has">
        <Select name="projection" value={index.projection} onChange={(projection) => set({ projection })} options={PROJECTIONS} />
      </Field>
      {index.projection === 'INCLUDE' && (
        <Field label="Further attributes" hint="Names, with commas between them">
          <Input name="attributes" value={index.attributes} onChange={(attributes) => set({ attributes })} />
        </Field>
      )}
    </fieldset>
  );
}

// -- what a request needs --

export const isComplete = (index) => index.name !== '' && [...index.hash, ...index.range].every(({ name }) => name !== '');

const namesIn = (text) =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

// Element of GlobalSecondaryIndexes or LocalSecondaryIndexes.
export function indexRequest(index, tableHash) {
  const hash = index.kind === 'global' ? index.hash : [{ name: tableHash }];
  return {
    IndexName: index.name,
    KeySchema: [
      ...hash.map(({ name }) => ({ AttributeName: name, KeyType: 'HASH' })),
      ...index.range.map(({ name }) => ({ AttributeName: name, KeyType: 'RANGE' })),
    ],
    Projection: {
      ProjectionType: index.projection,
      ...(index.projection === 'INCLUDE' && { NonKeyAttributes: namesIn(index.attributes) }),
    },
  };
}

// AttributeDefinitions of the indexes' keys, and of known ones: each pair of name and type once.
export function definitionsOf(indexes, known) {
  const definitions = [...known].map(([name, type]) => ({ name, type }));
  for (const key of indexes.flatMap(({ hash, range }) => [...hash, ...range])) {
    const type = known.get(key.name) ?? key.type;
    if (!definitions.some((other) => other.name === key.name && other.type === type)) {
      definitions.push({ name: key.name, type });
    }
  }
  return definitions.map(({ name, type }) => ({ AttributeName: name, AttributeType: type }));
}

// -- indexes of a table --

// Carries out one element of GlobalSecondaryIndexUpdates, says so, and shows the table as it then is.
async function updateIndexes(table, update, said, definitions) {
  await dynamodb('UpdateTable', {
    TableName: table.TableName,
    ...(definitions && { AttributeDefinitions: definitions }),
    GlobalSecondaryIndexUpdates: [update],
  });
  note(said);
  await refreshDescription(table.TableName);
}

function AddIndex({ table, onClose }) {
  const [index, setIndex] = useState(newIndex('global'));
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const known = new Map(
    table.AttributeDefinitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  const units = table.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST' ? undefined : table.ProvisionedThroughput;
  const used = new Set([...index.hash, ...index.range].map(({ name }) => name));
  const add = async () => {
    if (!isComplete(index)) {
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await updateIndexes(
        table,
        {
          Create: {
            ...indexRequest(index),
            ...(units && {
              ProvisionedThroughput: {
                ReadCapacityUnits: units.ReadCapacityUnits,
                WriteCapacityUnits: units.WriteCapacityUnits,
              },
            }),
          },
        },
        `The index ${index.name} is being made`,
        definitionsOf([index], known).filter(({ AttributeName }) => used.has(AttributeName)),
      );
      onClose();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title="New global index"
      onClose={onClose}
      onSubmit={add}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <button class="button primary" disabled={busy || !isComplete(index)}>
            Create index
          </button>
        </>
      }
    >
      <IndexForm index={index} onChange={setIndex} known={known} />
      <p class="faint">Items are read and written as before while the index is made of those that are there.</p>
      <ErrorBox error={error} />
    </Dialog>
  );
}

function DeleteIndex({ table, name, onClose }) {
  const remove = async () => {
    await updateIndexes(table, { Delete: { IndexName: name } }, `The index ${name} is deleted`);
    onClose();
  };
  return (
    <ConfirmDialog title="Delete the index" action="Delete index" onConfirm={remove} onClose={onClose}>
      <p>
        Queries of the index <strong>{name}</strong> fail from then on. The items stay.
      </p>
    </ConfirmDialog>
  );
}

function IndexTable({ table, onDelete }) {
  return (
    <div class="scroll">
      <table class="plain">
        <thead>
          <tr>
            <th>Name</th>
            <th>Kind</th>
            <th>Keys</th>
            <th>Projection</th>
            <th class="figure">Items</th>
            <th class="figure">Size</th>
            <th>State</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {indexesOf(table).map((index) => (
            <tr key={index.IndexName}>
              <td>{index.IndexName}</td>
              <td>{index.kind}</td>
              <td>
                <span class="keys-cell">
                  <Keys keys={keysOf(table, index.KeySchema)} />
                </span>
              </td>
              <td>
                {index.Projection.ProjectionType.toLowerCase().replace('_', ' ')}
                {index.Projection.NonKeyAttributes && `: ${index.Projection.NonKeyAttributes.join(', ')}`}
              </td>
              <td class="figure">{count(index.ItemCount)}</td>
              <td class="figure">{size(index.IndexSizeBytes)}</td>
              <td>{(index.IndexStatus ?? 'ACTIVE').toLowerCase()}</td>
              <td>
                {index.kind === 'global' && (
                  <Button
                    icon="trash"
                    kind="quiet"
                    label={`Delete the index ${index.IndexName}`}
                    onClick={() => onDelete(index.IndexName)}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function VectorIndexTable({ table }) {
  return (
    <div class="scroll">
      <table class="plain">
        <thead>
          <tr>
            <th>Vector index</th>
            <th>Attribute</th>
            <th class="figure">Dimensions</th>
            <th>Distance</th>
            <th class="figure">Items</th>
            <th class="figure">Size</th>
            <th>State</th>
          </tr>
        </thead>
        <tbody>
          {vectorIndexesOf(table).map((index) => (
            <tr key={index.IndexName}>
              <td>{index.IndexName}</td>
              <td>{index.VectorAttribute.AttributeName}</td>
              <td class="figure">{count(index.Dimensions)}</td>
              <td>{index.DistanceFunction.toLowerCase().replaceAll('_', ' ')}</td>
              <td class="figure">{count(index.ItemCount)}</td>
              <td class="figure">{size(index.IndexSizeBytes)}</td>
              <td>{index.IndexStatus.toLowerCase()}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Indexes({ table }) {
  const [adding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState(null);
  return (
    <section class="card pad wide">
      <h2>Indexes</h2>
      {countIndexes(table) === 0 && <p class="faint">No secondary indexes.</p>}
      {indexesOf(table).length > 0 && <IndexTable table={table} onDelete={setDeleting} />}
      {vectorIndexesOf(table).length > 0 && <VectorIndexTable table={table} />}
      <Button icon="plus" onClick={() => setAdding(true)}>
        New index
      </Button>
      {adding && <AddIndex table={table} onClose={() => setAdding(false)} />}
      {deleting !== null && <DeleteIndex table={table} name={deleting} onClose={() => setDeleting(null)} />}
    </section>
  );
}
