// table.jsx - one table: its items, what it is, its stream.

import { useEffect, useState } from 'preact/hooks';
import { dynamodb } from './client.js';
import { go } from './route.js';
import { hasChangingIndex, keysOf, loadTables, refreshDescription, useDescription } from './tables.js';
import { Badge, Button, ConfirmDialog, copyText, ErrorBox, Field, Input, Loading, note, Select, Tabs } from './ui.jsx';
import { Items } from './items.jsx';
import { Stream } from './stream.jsx';
import { Indexes, Keys } from './indexes.jsx';
import { count, moment, size } from './format.js';

const TABS = { items: 'Items', overview: 'Overview', stream: 'Stream' };

export function Table({ name, tab }) {
  const description = useDescription(name);
  const { table, error } = description;
  useEffect(() => {
    if (table) {
      refreshDescription(name);
    }
  }, [name]);
  const shown = Object.hasOwn(TABS, tab) ? tab : 'items';
  return (
    <section class={`page ${shown === 'items' ? 'fill' : ''}`}>
      <header class="page-head">
        <h1 title={name}>{name}</h1>
        {table && (
          <span class="keys-cell">
            <Keys keys={keysOf(table)} />
          </span>
        )}
        <Tabs tabs={TABS} current={shown} onSelect={(next) => go('table', name, next)} />
      </header>
      <ErrorBox error={error}>
        <Button onClick={() => refreshDescription(name)}>Try again</Button>
      </ErrorBox>
      {!table ? (
        !error && <Loading />
      ) : shown === 'overview' ? (
        <Overview name={name} {...description} />
      ) : shown === 'stream' ? (
        <Stream name={name} table={table} />
      ) : (
        <Items name={name} table={table} />
      )}
    </section>
  );
}

// -- what it is --

const Facts = ({ facts }) => (
  <dl class="facts">
    {facts
      .filter(([, value]) => value !== undefined)
      .map(([title, value]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
);

const VIEWS = {
  NEW_AND_OLD_IMAGES: 'new and old item',
  NEW_IMAGE: 'new item',
  OLD_IMAGE: 'old item',
  KEYS_ONLY: 'keys only',
};

// A card with a switch: runs change() and shows the table's new description.
function useChange(name) {
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const run = async (operation, parameters, done) => {
    setBusy(true);
    setError(null);
    try {
      await dynamodb(operation, { TableName: name, ...parameters });
      note(done);
      await refreshDescription(name);
    } catch (problem) {
      setError(problem);
    }
    setBusy(false);
  };
  return { error, busy, run };
}

function StreamCard({ name, table }) {
  const [view, setView] = useState('NEW_AND_OLD_IMAGES');
  const { error, busy, run } = useChange(name);
  const on = table.StreamSpecification?.StreamEnabled;
  return (
    <section class="card pad">
      <h2>
        Stream <Badge kind={on ? 'good' : ''}>{on ? 'on' : 'off'}</Badge>
      </h2>
      {on ? (
        <>
          <Facts
            facts={[
              ['Records have', VIEWS[table.StreamSpecification.StreamViewType]],
              ['ARN', <code class="arn">{table.LatestStreamArn}</code>],
            ]}
          />
          <Button
            disabled={busy}
            onClick={() => run('UpdateTable', { StreamSpecification: { StreamEnabled: false } }, 'The stream is off')}
          >
            Switch off
          </Button>
        </>
      ) : (
        <div class="line">
          <Field label="Records have">
            <Select value={view} onChange={setView} options={VIEWS} />
          </Field>
          <Button
            kind="primary"
            disabled={busy}
            onClick={() =>
              run(
                'UpdateTable',
                { StreamSpecification: { StreamEnabled: true, StreamViewType: view } },
                'The stream is on',
              )
            }
          >
            Switch on
          </Button>
        </div>
      )}
      <ErrorBox error={error} />
    </section>
  );
}

function TtlCard({ name, ttl }) {
  const [attribute, setAttribute] = useState('');
  const { error, busy, run } = useChange(name);
  const on = ttl?.TimeToLiveStatus === 'ENABLED' || ttl?.TimeToLiveStatus === 'ENABLING';
  const set = (AttributeName, Enabled) =>
    run(
      'UpdateTimeToLive',
      { TimeToLiveSpecification: { AttributeName, Enabled } },
      `Time to Live is ${Enabled ? 'on' : 'off'}`,
    );
  return (
    <section class="card pad">
      <h2>
        Time to Live{' '}
        {ttl && (
          <Badge kind={on ? 'good' : ''}>
            {{ ENABLED: 'on', DISABLED: 'off' }[ttl.TimeToLiveStatus] ?? ttl.TimeToLiveStatus.toLowerCase()}
          </Badge>
        )}
      </h2>
      {!ttl ? (
        <p class="faint">Not known to this role.</p>
      ) : on ? (
        <div class="line">
          <p>
            Items go after the time in <code>{ttl.AttributeName}</code>.
          </p>
          <Button disabled={busy} onClick={() => set(ttl.AttributeName, false)}>
            Switch off
          </Button>
        </div>
      ) : (
        <div class="line">
          <Field label="Attribute with the time">
            <Input name="ttl" value={attribute} onChange={setAttribute} placeholder="expires" />
          </Field>
          <Button kind="primary" disabled={busy || !attribute} onClick={() => set(attribute, true)}>
            Switch on
          </Button>
        </div>
      )}
      <ErrorBox error={error} />
    </section>
  );
}

function DeleteTable({ name, onClose }) {
  const [typed, setTyped] = useState('');
  const remove = async () => {
    await dynamodb('DeleteTable', { TableName: name });
    note(`Deleted ${name}`);
    loadTables();
    go('tables');
  };
  return (
    <ConfirmDialog title="Delete the table" action="Delete table" ready={typed === name} onConfirm={remove} onClose={onClose}>
      <p>All items of the table go with it. Type its name to confirm.</p>
      <Field label={name}>
        <Input name="confirm" value={typed} onChange={setTyped} autofocus />
      </Field>
    </ConfirmDialog>
  );
}

// Is something still under way that ends by itself?
const isChanging = (table, ttl) =>
  table.TableStatus !== 'ACTIVE' ||
  hasChangingIndex(table) ||
  ttl?.TimeToLiveStatus === 'ENABLING' ||
  ttl?.TimeToLiveStatus === 'DISABLING';

function Overview({ name, table, ttl }) {
  useEffect(() => {
    const timer = isChanging(table, ttl) && setTimeout(() => refreshDescription(name), 1500);
    return () => clearTimeout(timer);
  }, [table, ttl]);
  const [deleting, setDeleting] = useState(false);
  const [json, setJson] = useState(false);
  const units = table.ProvisionedThroughput;
  const billing = table.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST';
  return (
    <div class="cards">
      <section class="card pad wide">
        <h2>
          Table <Badge kind={table.TableStatus === 'ACTIVE' ? 'good' : 'warn'}>{table.TableStatus.toLowerCase()}</Badge>
        </h2>
        <Facts
          facts={[
            [
              'Keys',
              <span class="keys-cell">
                <Keys keys={keysOf(table)} />
              </span>,
            ],
            ['Items', count(table.ItemCount)],
            ['Size', size(table.TableSizeBytes)],
            ['Made', moment(table.CreationDateTime)],
            [
              'Capacity',
              billing
                ? 'on demand'
                : `${count(units?.ReadCapacityUnits)} read, ${count(units?.WriteCapacityUnits)} write units`,
            ],
            ['Protected from deletion', table.DeletionProtectionEnabled ? 'yes' : 'no'],
            ['ARN', <code class="arn">{table.TableArn}</code>],
          ]}
        />
        <div class="line">
          <Button icon="refresh" onClick={() => refreshDescription(name)}>
            Read again
          </Button>
          <Button onClick={() => setJson(!json)} aria-expanded={json}>
            JSON
          </Button>
          <Button icon="trash" kind="danger" onClick={() => setDeleting(true)}>
            Delete table
          </Button>
        </div>
        {json && (
          <div class="code">
            <Button icon="copy" kind="quiet" label="Copy" onClick={() => copyText(JSON.stringify(table, null, 2))} />
            <pre tabIndex={0}>{JSON.stringify(table, null, 2)}</pre>
          </div>
        )}
      </section>
      <Indexes table={table} />
      <StreamCard name={name} table={table} />
      <TtlCard name={name} ttl={ttl} />
      {deleting && <DeleteTable name={name} onClose={() => setDeleting(false)} />}
    </div>
  );
}
