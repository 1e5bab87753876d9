// chart.jsx - lines over time, or areas upon each other, drawn as SVG.

import { useEffect, useRef, useState } from 'preact/hooks';

const HEIGHT = 150;
const TICKS = 2;
const FEWEST_SLOTS = 30;

// A round number that is not below n.
function roundUp(n) {
  if (n <= 0) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(n));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= n * 0.999);
}

const pathOf = (points) => points.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

// series: [{name, values}]; values are numbers or null, the latest last.  The time axis grows with them.
export function Chart({ title, series, times, format, stacked, note }) {
  const box = useRef();
  const [width, setWidth] = useState(400);
  const [at, setAt] = useState(null);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(120, entry.contentRect.width)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  const count = times.length;
  const slots = Math.max(FEWEST_SLOTS, count);
  const x = (i) => ((slots - count + i) / Math.max(1, slots - 1)) * width;
  const sums = times.map((_, i) => series.reduce((sum, { values }) => sum + (values[i] ?? 0), 0));
  const top = roundUp(
    Math.max(0, ...(stacked ? sums : series.flatMap(({ values }) => values.map((value) => value ?? 0)))),
  );
  const y = (value) => HEIGHT - 4 - (value / top) * (HEIGHT - 12);
  const base = times.map(() => 0);
  const shapes = series.map(({ name, values }, s) => {
    const lower = [...base];
    if (stacked) {
      values.forEach((value, i) => {
        base[i] += value ?? 0;
      });
    }
    const line = values
      .map((value, i) => (value === null ? null : [x(i), y(stacked ? base[i] : value)]))
      .filter(Boolean);
    const empty = stacked && values.every((value) => !value);
    const area =
      stacked && !empty && line.length > 1
        ? `${pathOf(line)}${pathOf(lower.map((value, i) => [x(i), y(value)]).reverse()).replace('M', 'L')}Z`
        : null;
    return (
      <g key={name} class={`series s${s % 8}`}>
        {area && <path class="area" d={area} />}
        {!empty && <path class="line" d={pathOf(line)} />}
      </g>
    );
  });
  const hover = (event) => {
    const place =
      Math.round(((event.clientX - event.currentTarget.getBoundingClientRect().left) / width) * (slots - 1)) -
      (slots - count);
    setAt(place >= 0 && place < count ? place : null);
  };
  const shown = at ?? count - 1;
  const values = series.map(
    ({ name, values: list }) =>
      `${name} ${list[shown] === null || list[shown] === undefined ? '–' : format(list[shown])}`,
  );
  return (
    <figure class="chart card">
      <figcaption>
        <h2>{title}</h2>
        <span class="faint">{at === null ? note : new Date(times[at] * 1000).toLocaleTimeString('en-GB')}</span>
      </figcaption>
      <div class="plot" ref={box}>
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`${title}: ${values.join(', ')}`}
          onPointerMove={hover}
          onPointerLeave={() => setAt(null)}
        >
          {Array.from({ length: TICKS + 1 }, (_, i) => (top * i) / TICKS).map((tick) => (
            <g key={tick}>
              <line class="rule" x1="0" x2={width} y1={y(tick)} y2={y(tick)} />
              {tick > 0 && (
                <text x="2" y={y(tick) + 11}>
                  {format(tick)}
                </text>
              )}
            </g>
          ))}
          {shapes}
          {at !== null && <line class="cursor" x1={x(at)} x2={x(at)} y1="0" y2={HEIGHT} />}
        </svg>
      </div>
      <ul class="legend">
        {series.map(({ name, values: list }, s) => (
          <li key={name} class={`s${s % 8}`}>
            <i />
            {name}
            <b>{list[shown] === null || list[shown] === undefined ? '–' : format(list[shown])}</b>
          </li>
        ))}
        {series.length === 0 && <li class="faint">none</li>}
      </ul>
    </figure>
  );
}
