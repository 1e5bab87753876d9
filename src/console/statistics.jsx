// statistics.jsx - the server's statistics as they change: each sample less the one before it.

import { useRef, useState } from 'preact/hooks';
import { server, session } from './client.js';
import { useInterval, useStore } from './store.js';
import { Empty, ErrorBox, Loading } from './ui.jsx';
import { Chart } from './chart.jsx';
import { count, duration, short, size } from './format.js';

const PAUSE = 2000;
const SLOTS = 120;
const OWN = /^Console/; // what this page itself asks for
const MOST_SERIES = 6;
const QUANTILES = [
  ['median', 0.5],
  ['95 %', 0.95],
  ['99 %', 0.99],
];
const STATES = ['idle', 'receiving', 'sending', 'waiting', 'closing'];

const seconds = (n) => duration(n);

// Sums by a key over the operations that are not this page's.
function sumBy(operations, keyOf, valueOf) {
  const sums = new Map();
  for (const operation of operations.filter((row) => !OWN.test(row.operation))) {
    for (const [key, value] of valueOf(operation, keyOf(operation))) {
      sums.set(key, (sums.get(key) ?? 0) + value);
    }
  }
  return sums;
}

function totals(sample) {
  const rows = sample.Operations ?? [];
  return {
    calls: sumBy(
      rows,
      (row) => row.operation,
      (row, key) => [[key, row.calls]],
    ),
    errors: sumBy(
      rows,
      () => null,
      (row) => Object.entries(row.errors ?? {}),
    ),
    took: sumBy(
      rows,
      () => null,
      (row) => (row.took ?? []).map(([bound, n]) => [bound ?? Infinity, n]),
    ),
  };
}

// How much each key has grown; counts that were set back start at zero.
function growth(now, before) {
  const grown = new Map();
  for (const [key, value] of now) {
    const old = before.get(key) ?? 0;
    grown.set(key, value >= old ? value - old : value);
  }
  return grown;
}

// The time that a share of the requests did not exceed, within a bucket by proportion; null where there were none.
function quantile(took, share) {
  const buckets = [...took].sort(([a], [b]) => a - b);
  const all = buckets.reduce((sum, [, n]) => sum + n, 0);
  let passed = 0;
  let lower = 0;
  for (const [bound, n] of buckets) {
    if (n > 0 && passed + n >= share * all) {
      return bound === Infinity ? lower : lower + (bound - lower) * ((share * all - passed) / n);
    }
    passed += n;
    lower = bound;
  }
  return null;
}

// A point of the charts out of two samples.
function pointOf(sample, before) {
  const time = sample.Time - before.Time;
  const now = totals(sample);
  const old = totals(before);
  const rate = (map) => new Map([...map].map(([key, value]) => [key, value / time]));
  const took = growth(now.took, old.took);
  return {
    time: sample.Time,
    requests: rate(growth(now.calls, old.calls)),
    errors: rate(growth(now.errors, old.errors)),
    latency: new Map(QUANTILES.map(([name, share]) => [name, quantile(took, share)])),
    flush: new Map([['flushed', Math.max(0, sample.FlushedBytes - before.FlushedBytes) / time]]),
    behind: new Map([['waits for the flush', Math.max(0, sample.WrittenBytes - sample.FlushedBytes)]]),
    connections: new Map(
      STATES.map((state) => [state, (sample.Workers ?? []).reduce((sum, worker) => sum + (worker[state] ?? 0), 0)]),
    ),
  };
}

// The series of one map of the points: the largest, and the rest together.
function seriesOf(points, part, most = MOST_SERIES) {
  const sums = new Map();
  points.forEach((point) => point[part].forEach((value, name) => sums.set(name, (sums.get(name) ?? 0) + (value ?? 0))));
  const names = [...sums]
    .filter(([, sum]) => sum > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name);
  const series = names
    .slice(0, most)
    .map((name) => ({ name, values: points.map((point) => point[part].get(name) ?? 0) }));
  if (names.length > most) {
    series.push({
      name: 'others',
      values: points.map((point) => names.slice(most).reduce((sum, name) => sum + (point[part].get(name) ?? 0), 0)),
    });
  }
  return series;
}

const fixedSeries = (points, part, names) =>
  names.map((name) => ({ name, values: points.map((point) => point[part].get(name) ?? null) }));

function Operations({ rows }) {
  const shown = rows
    .filter(({ operation }) => !OWN.test(operation))
    .sort((a, b) => b.calls - a.calls)
    .slice(0, 100);
  return (
    <section class="card">
      <h2 class="pad">Since the server’s start, or since the counts were reset</h2>
      <div class="scroll">
        <table class="plain">
          <thead>
            <tr>
              <th>Operation</th>
              <th>Table</th>
              <th class="figure">Requests</th>
              <th class="figure">Mean time</th>
              <th class="figure">Items</th>
              <th class="figure">In</th>
              <th class="figure">Out</th>
              <th>Errors</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={`${row.operation} ${row.table_name}`}>
                <td>{row.operation}</td>
                <td>{row.table_name || <span class="faint">–</span>}</td>
                <td class="figure">{count(row.calls)}</td>
                <td class="figure">{seconds(row.seconds / row.calls)}</td>
                <td class="figure">{count(row.items)}</td>
                <td class="figure">{size(row.bytes_in)}</td>
                <td class="figure">{size(row.bytes_out)}</td>
                <td>
                  {Object.entries(row.errors ?? {})
                    .map(([name, n]) => `${name} ${count(n)}`)
                    .join(', ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Live() {
  const last = useRef(null);
  const points = useRef([]);
  const [error, setError] = useState(null);
  useInterval(
    async () => {
      try {
        const { data } = await server('statistics', {});
        if (last.current && data.Time > last.current.Time) {
          points.current = [...points.current, pointOf(data, last.current)].slice(-SLOTS);
        }
        last.current = data;
        setError(null);
      } catch (problem) {
        setError(problem);
      }
    },
    PAUSE,
    [],
  );

  const list = points.current;
  const shared = { times: list.map(({ time }) => time) };
  const rate = (n) => `${short(n)}/s`;
  const flow = (n) => `${size(n)}/s`;
  return (
    <>
      <ErrorBox error={error} />
      {!last.current ? (
        !error && <Loading />
      ) : (
        <>
          <div class="charts">
            <Chart
              {...shared}
              title="Requests"
              note="by operation"
              series={seriesOf(list, 'requests')}
              format={rate}
              stacked
            />
            <Chart
              {...shared}
              title="Errors"
              note="by exception"
              series={seriesOf(list, 'errors')}
              format={rate}
              stacked
            />
            <Chart
              {...shared}
              title="Latency"
              note="within the server"
              series={fixedSeries(
                list,
                'latency',
                QUANTILES.map(([name]) => name),
              )}
              format={seconds}
            />
            <Chart
              {...shared}
              title="Connections"
              note="by what they are at"
              series={fixedSeries(list, 'connections', STATES)}
              format={short}
              stacked
            />
            <Chart
              {...shared}
              title="Write-ahead log"
              note="of the whole server"
              series={fixedSeries(list, 'flush', ['flushed'])}
              format={flow}
            />
            <Chart
              {...shared}
              title="Not flushed yet"
              note="of the whole server"
              series={fixedSeries(list, 'behind', ['waits for the flush'])}
              format={size}
            />
          </div>
          <Operations rows={last.current.Operations ?? []} />
        </>
      )}
    </>
  );
}

export function Statistics() {
  const { role } = useStore(session);
  return (
    <section class="page">
      <header class="page-head">
        <h1>Statistics</h1>
        <span class="live">live</span>
      </header>
      {role.MaySeeStatistics ? (
        <Live />
      ) : (
        <Empty title={`${role.Role} may not see statistics`}>
          <p>
            They are for members of <code>pg_monitor</code>: <code>GRANT pg_monitor TO {role.Role}</code>
          </p>
        </Empty>
      )}
    </section>
  );
}
