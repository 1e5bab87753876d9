// table_list.jsx - all tables: keys, size, indexes, stream and Time to Live of those that are visible.

import { useState } from 'preact/hooks';
import { dynamodb, session } from './client.js';
import { useStore } from './store.js';
import { go, linkTo } from './route.js';
import { countIndexes, keysOf, loadTables, tables, useDescription } from './tables.js';
import {
  Badge,
  Button,
  Check,
  Dialog,
  Empty,
  ErrorBox,
  Field,
  Input,
  Loading,
  LongList,
  note,
  Select,
} from './ui.jsx';
import { definitionsOf, IndexForm, indexRequest, isComplete, Keys, KEY_TYPES, newIndex } from './indexes.jsx';
import { count, size } from './format.js';

export function StreamBadge({ table }) {
  return table.StreamSpecification?.StreamEnabled ? (
    <Badge kind="good">{table.StreamSpecification.StreamViewType.replaceAll('_', ' ').toLowerCase()}</Badge>
  ) : (
    <span class="faint">off</span>
  );
}

export function TtlBadge({ ttl }) {
  if (!ttl) {
    return <span class="faint">–</span>;
  }
  return ttl.TimeToLiveStatus === 'ENABLED' ? (
    <Badge kind="good">{ttl.AttributeName}</Badge>
  ) : (
    <span class="faint">off</span>
  );
}

function TableRow({ name }) {
  const { table, ttl, error } = useDescription(name);
  return (
    <a class="table-row" href={linkTo('table', name, 'items')}>
      <span class="name" title={name}>
        {name}
      </span>
      {error ? (
        <span class="refused" title={error.message}>
          {error.type}
        </span>
      ) : !table ? (
        <span class="faint">…</span>
      ) : (
        <>
          <span class="keys-cell">
            <Keys keys={keysOf(table)} />
          </span>
          <span class="figure" data-label="Items">
            {count(table.ItemCount)}
          </span>
          <span class="figure" data-label="Size">
            {size(table.TableSizeBytes)}
          </span>
          <span class="figure" data-label="Indexes">
            {countIndexes(table)}
          </span>
          <span data-label="Stream">
            <StreamBadge table={table} />
          </span>
          <span data-label="TTL">
            <TtlBadge ttl={ttl} />
          </span>
          <span>{table.TableStatus !== 'ACTIVE' && <Badge kind="warn">{table.TableStatus.toLowerCase()}</Badge>}</span>
        </>
      )}
    </a>
  );
}

const MOST_LOCAL = 5;

function CreateTable({ onClose }) {
  const [name, setName] = useState('');
  const [hash, setHash] = useState('');
  const [hashType, setHashType] = useState('S');
  const [range, setRange] = useState('');
  const [rangeType, setRangeType] = useState('S');
  const [stream, setStream] = useState(false);
  const [indexes, setIndexes] = useState([]);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);

  const keys = [[hash, hashType, 'HASH'], ...(range ? [[range, rangeType, 'RANGE']] : [])];
  const known = new Map(keys.filter(([key]) => key !== '').map(([key, type]) => [key, type]));
  const complete = name !== '' && hash !== '' && indexes.every(isComplete);
  const ofKind = (kind) => indexes.filter((index) => index.kind === kind);
  const add = (kind) => setIndexes([...indexes, newIndex(kind)]);
  const requests = (kind, member) =>
    ofKind(kind).length > 0 && { [member]: ofKind(kind).map((index) => indexRequest(index, hash)) };

  const create = async () => {
    if (!complete) {
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await dynamodb('CreateTable', {
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: keys.map(([AttributeName, , KeyType]) => ({ AttributeName, KeyType })),
        AttributeDefinitions: definitionsOf(indexes, known),
        ...requests('global', 'GlobalSecondaryIndexes'),
        ...requests('local', 'LocalSecondaryIndexes'),
        ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } }),
      });
      note(`Created ${name}`);
      loadTables();
      onClose();
      go('table', name, 'items');
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };

  return (
    <Dialog
      title="New table"
      onClose={onClose}
      onSubmit={create}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <button class="button primary" disabled={busy || !complete}>
            Create
          </button>
        </>
      }
    >
      <Field label="Name">
        <Input name="table-name" value={name} onChange={setName} autofocus />
      </Field>
      <div class="pair">
        <Field label="Partition key">
          <Input name="hash" value={hash} onChange={setHash} />
        </Field>
        <Field label="Type">
          <Select name="hash-type" value={hashType} onChange={setHashType} options={KEY_TYPES} />
        </Field>
      </div>
      <div class="pair">
        <Field label="Sort key (optional)">
          <Input name="range" value={range} onChange={setRange} />
        </Field>
        <Field label="Type">
          <Select name="range-type" value={rangeType} onChange={setRangeType} options={KEY_TYPES} />
        </Field>
      </div>
      <Check checked={stream} onChange={setStream} name="stream">
        Keep a stream of its changes
      </Check>
      {indexes.map((index, i) => (
        <IndexForm
          key={i}
          index={index}
          onChange={(changed) => setIndexes(indexes.map((other, at) => (at === i ? changed : other)))}
          onRemove={() => setIndexes(indexes.filter((_, at) => at !== i))}
          known={known}
          tableHash={hash}
        />
      ))}
      <div class="line">
        <Button icon="plus" onClick={() => add('global')}>
          Global index
        </Button>
        <Button
          icon="plus"
          disabled={!range || ofKind('local').length === MOST_LOCAL}
          title={range ? undefined : 'A table without a sort key has no local indexes'}
          onClick={() => add('local')}
        >
          Local index
        </Button>
      </div>
      <ErrorBox error={error} />
    </Dialog>
  );
}

export function TableList() {
  const { names, loading, error } = useStore(tables);
  const { role } = useStore(session);
  const [creating, setCreating] = useState(false);
  return (
    <section class="page fill">
      <header class="page-head">
        <h1>Tables</h1>
        <span class="faint">{count(names.length)}</span>
        <div class="actions">
          <Button icon="refresh" label="Read again" onClick={loadTables} />
          <Button
            icon="plus"
            kind="primary"
            disabled={!role.MayCreateTables}
            title={role.MayCreateTables ? undefined : `${role.Role} has no right to create tables`}
            onClick={() => setCreating(true)}
          >
            New table
          </Button>
        </div>
      </header>
      <ErrorBox error={error} />
      {names.length === 0 ? (
        loading ? (
          <Loading />
        ) : (
          !error && (
            <Empty title="There are no tables yet">
              <p>
                {role.MayCreateTables
                  ? 'Create one here, or with any AWS SDK that has this server as its endpoint.'
                  : 'Nobody has made one, and this role may not.'}
              </p>
            </Empty>
          )
        )
      ) : (
        <div class="card tables-card">
          <div class="table-row head" aria-hidden="true">
            <span>Name</span>
            <span>Keys</span>
            <span class="figure">Items</span>
            <span class="figure">Size</span>
            <span class="figure">Indexes</span>
            <span>Stream</span>
            <span>Time to Live</span>
            <span />
          </div>
          <LongList items={names} rowHeight={48} label="All tables" render={(name) => <TableRow name={name} />} />
        </div>
      )}
      {creating && <CreateTable onClose={() => setCreating(false)} />}
    </section>
  );
}
