// stream.jsx - a table's stream as it flows: records of its open shards from now on, or from the oldest on.
//
// A reader has an iterator for each shard, and goes on with the shards that follow one that has ended.

import { useEffect, useRef, useState } from 'preact/hooks';
import { streams } from './client.js';
import { linkTo } from './route.js';
import { keyNames } from './tables.js';
import { Badge, Button, Empty, ErrorBox, Select } from './ui.jsx';
import { own, pick, preview, sameValue } from './values.js';
import { plural } from './format.js';

const MOST_RECORDS = 300;
const PAUSE = 1000;
const KINDS = { INSERT: 'good', MODIFY: 'info', REMOVE: 'bad' };

class Reader {
  constructor(arn, from) {
    this.arn = arn;
    this.from = from;
    this.iterators = new Map(); // shard -> iterator; null: it has ended
  }

  async shards() {
    const list = [];
    let start;
    do {
      const { data } = await streams('DescribeStream', {
        StreamArn: this.arn,
        ...(start && { ExclusiveStartShardId: start }),
      });
      list.push(...data.StreamDescription.Shards);
      start = data.StreamDescription.LastEvaluatedShardId;
    } while (start);
    return list;
  }

  // Iterators for shards that have none: at first of those that the choice asks for, later from the beginning of what is new.
  async open() {
    const first = this.iterators.size === 0;
    for (const { ShardId, SequenceNumberRange } of await this.shards()) {
      if (this.iterators.has(ShardId)) {
        continue;
      }
      if (first && this.from === 'LATEST' && SequenceNumberRange.EndingSequenceNumber) {
        this.iterators.set(ShardId, null);
        continue;
      }
      const { data } = await streams('GetShardIterator', {
        StreamArn: this.arn,
        ShardId,
        ShardIteratorType: first ? this.from : 'TRIM_HORIZON',
      });
      this.iterators.set(ShardId, data.ShardIterator);
    }
  }

  // What has come since; also how far behind it may be.
  async read() {
    const ended = this.iterators.size === 0 || [...this.iterators.values()].every((iterator) => iterator === null);
    if (ended) {
      await this.open();
    }
    const records = [];
    for (const [shard, iterator] of this.iterators) {
      if (iterator === null) {
        continue;
      }
      const { data } = await streams('GetRecords', { ShardIterator: iterator, Limit: 100 });
      this.iterators.set(shard, data.NextShardIterator ?? null);
      records.push(...data.Records.map((record) => ({ ...record, shard })));
      if (!data.NextShardIterator) {
        await this.open();
      }
    }
    return records;
  }
}

// What differs between two images: [name, old, new].
function differences({ OldImage, NewImage }) {
  const names = new Set([...Object.keys(OldImage ?? {}), ...Object.keys(NewImage ?? {})]);
  return [...names]
    .map((name) => [name, own(OldImage, name), own(NewImage, name)])
    .filter(([, before, after]) => !sameValue(before, after));
}

function Record({ record, keys }) {
  const { dynamodb: change, eventName, eventID, userIdentity } = record;
  const [open, setOpen] = useState(false);
  const shown = differences(change).filter(([name]) => !keys.includes(name));
  return (
    <li class="record">
      <div class="record-head">
        <Badge kind={KINDS[eventName]}>{eventName.toLowerCase()}</Badge>
        <span class="record-key">
          {Object.entries(pick(change.Keys, keys)).map(([name, value]) => (
            <span key={name}>
              <span class="faint">{name}</span> {preview(value, 60)}
            </span>
          ))}
        </span>
        {userIdentity && <Badge>Time to Live</Badge>}
        <time class="faint" title={`number ${change.SequenceNumber}, record ${eventID}`}>
          {new Date(change.ApproximateCreationDateTime * 1000).toLocaleTimeString('en-GB')}
        </time>
        <Button kind="quiet" onClick={() => setOpen(!open)} aria-expanded={open}>
          JSON
        </Button>
      </div>
      {shown.length > 0 && (
        <dl class="changes">
          {shown.slice(0, 12).map(([name, before, after]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                {before !== undefined && <del>{preview(before)}</del>}{' '}
                {after !== undefined && <ins>{preview(after)}</ins>}
              </dd>
            </div>
          ))}
          {shown.length > 12 && <div class="faint">{shown.length - 12} more</div>}
        </dl>
      )}
      {open && <pre tabIndex={0}>{JSON.stringify(change, null, 2)}</pre>}
    </li>
  );
}

const FROM = { LATEST: 'from now on', TRIM_HORIZON: 'from the oldest record on' };

function Flow({ arn, keys }) {
  const [from, setFrom] = useState('LATEST');
  const [flowing, setFlowing] = useState(true);
  const [live, setLive] = useState(false); // places in the stream are known
  const [records, setRecords] = useState([]);
  const [error, setError] = useState(null);
  const reader = useRef(null);

  useEffect(() => {
    reader.current = new Reader(arn, from);
    setRecords([]);
    setLive(false);
  }, [arn, from]);

  useEffect(() => {
    let ended = !flowing;
    let timer;
    const round = async () => {
      const mine = reader.current;
      try {
        const fresh = await mine.read();
        if (!ended && mine === reader.current && fresh.length > 0) {
          setRecords((before) => [...fresh.reverse(), ...before].slice(0, MOST_RECORDS));
        }
        setLive(true);
        setError(null);
      } catch (problem) {
        setError(problem);
        if (problem.type === 'ExpiredIteratorException' || problem.type === 'TrimmedDataAccessException') {
          reader.current = new Reader(arn, from);
        }
      }
      if (!ended) {
        timer = setTimeout(round, PAUSE);
      }
    };
    if (flowing) {
      round();
    }
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [arn, from, flowing]);

  return (
    <>
      <div class="result-bar">
        <p class="cost" role="status">
          {flowing && live && <span class="live">live</span>}
          <span>{plural(records.length, 'record')}</span>
        </p>
        <div class="actions">
          <Select aria-label="From" value={from} onChange={setFrom} options={FROM} />
          <Button onClick={() => setRecords([])} disabled={records.length === 0}>
            Clear
          </Button>
          <Button icon={flowing ? 'pause' : 'play'} onClick={() => setFlowing(!flowing)}>
            {flowing ? 'Pause' : 'Go on'}
          </Button>
        </div>
      </div>
      <ErrorBox error={error} />
      {records.length === 0 ? (
        <Empty title="Nothing yet">
          <p>Changes of items appear here within a second or two.</p>
        </Empty>
      ) : (
        <ol class="records card">
          {records.map((record) => (
            <Record key={record.eventID} record={record} keys={keys} />
          ))}
        </ol>
      )}
    </>
  );
}

export function Stream({ name, table }) {
  if (!table.StreamSpecification?.StreamEnabled) {
    return (
      <Empty title="The stream of this table is off">
        <p>
          Switch it on in the <a href={linkTo('table', name, 'overview')}>overview</a> to see changes as they happen.
        </p>
      </Empty>
    );
  }
  return <Flow key={table.LatestStreamArn} arn={table.LatestStreamArn} keys={keyNames(table)} />;
}
