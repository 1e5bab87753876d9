// ui.jsx - pieces that pages are made of.

import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { createStore, useStore } from './store.js';

const ICONS = {
  tables: 'M3 5h18v14H3zM3 10h18M9 5v14',
  query: 'M4 6h16M4 12h10M4 18h7M17 15l4 3-4 3',
  chart: 'M4 20V4M4 20h16M8 16l4-5 3 3 5-7',
  key: 'M11 12l9-9M17 6l3 3M14 9l2 2M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8',
  plus: 'M12 5v14M5 12h14',
  refresh: 'M20 11a8 8 0 1 0-2.3 6.300M20 5v6h-6',
  close: 'M6 6l12 12M18 6L6 18',
  menu: 'M4 7h16M4 12h16M4 17h16',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  down: 'M5 9l7 7 7-7',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2',
  moon: 'M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z',
  leave: 'M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9',
  play: 'M7 5l12 7-12 7z',
  pause: 'M8 5v14M16 5v14',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
};

export const Icon = ({ name }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={ICONS[name]} />
  </svg>
);

export function Button({ icon, kind = '', children, label, ...rest }) {
  return (
    <button type="button" class={`button ${kind} ${children ? '' : 'bare'}`} aria-label={label} title={label} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function Field({ label, hint, children, class: className = '' }) {
  return (
    <label class={`field ${className}`}>
      <span class="label">{label}</span>
      {children}
      {hint && <span class="hint">{hint}</span>}
    </label>
  );
}

export function Select({ value, onChange, options, ...rest }) {
  const list = Array.isArray(options) ? options.map((option) => [option, option]) : Object.entries(options);
  return (
    <select value={value} onChange={(event) => onChange(event.currentTarget.value)} {...rest}>
      {list.map(([key, text]) => (
        <option key={key} value={key} selected={key === value}>
          {text}
        </option>
      ))}
    </select>
  );
}

export function Input({ onChange, ...rest }) {
  return (
    <input spellcheck={false} autocomplete="off" onInput={(event) => onChange(event.currentTarget.value)} {...rest} />
  );
}

export const Check = ({ checked, onChange, children, ...rest }) => (
  <label class="check">
    <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} {...rest} />
    {children}
  </label>
);

export const Badge = ({ kind = '', children, ...rest }) => (
  <span class={`badge ${kind}`} {...rest}>
    {children}
  </span>
);

export const TypeBadge = ({ type }) => <span class={`type type-${type}`}>{type}</span>;

export function ErrorBox({ error, children }) {
  if (!error) {
    return null;
  }
  return (
    <div class="error" role="alert">
      <strong>{error.type ?? 'Error'}</strong>
      <span>{error.message}</span>
      {error.reply?.CancellationReasons && <pre>{JSON.stringify(error.reply.CancellationReasons, null, 2)}</pre>}
      {children}
    </div>
  );
}

export const Empty = ({ title, children }) => (
  <div class="empty">
    <h2>{title}</h2>
    {children}
  </div>
);

export const Loading = ({ children = 'Loading…' }) => (
  <p class="loading" role="status">
    <span class="spinner" />
    {children}
  </p>
);

export function Tabs({ tabs, current, onSelect }) {
  const move = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) {
      const keys = Object.keys(tabs);
      const next = keys[(keys.indexOf(current) + by + keys.length) % keys.length];
      onSelect(next);
      event.currentTarget.querySelector(`[data-tab="${next}"]`).focus();
    }
  };
  return (
    <div class="tabs" role="tablist" onKeyDown={move}>
      {Object.entries(tabs).map(([key, text]) => (
        <button
          key={key}
          type="button"
          role="tab"
          data-tab={key}
          aria-selected={key === current}
          tabIndex={key === current ? 0 : -1}
          onClick={() => onSelect(key)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

// -- dialogs --

// A modal dialog while it is there; Escape and the cross call onClose.
export function Dialog({ title, onClose, children, footer, wide, onSubmit }) {
  const dialog = useRef();
  const heading = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.isConnected && before.focus();
  }, []);
  const submit = (event) => {
    event.preventDefault();
    onSubmit?.();
  };
  const keys = (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      submit(event);
    }
  };
  return (
    <dialog
      ref={dialog}
      class={wide ? 'wide' : ''}
      aria-labelledby={heading}
      onKeyDown={keys}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <form method="dialog" onSubmit={submit} novalidate>
        <header>
          <h2 id={heading}>{title}</h2>
          <Button icon="close" label="Close" kind="quiet" onClick={onClose} />
        </header>
        <div class="body">{children}</div>
        {footer && <footer>{footer}</footer>}
      </form>
    </dialog>
  );
}

// Asks before something that cannot be undone. onConfirm carries it out; if it fails, the dialog stays and shows why.
export function ConfirmDialog({ title, action, ready = true, onConfirm, onClose, children }) {
  const [error, setError] = useState(null);
  const confirm = async () => {
    if (!ready) {
      return;
    }
    setError(null);
    try {
      await onConfirm();
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={confirm}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <button class="button danger" disabled={!ready}>
            {action}
          </button>
        </>
      }
    >
      {children}
      <ErrorBox error={error} />
    </Dialog>
  );
}

// -- notes that go by themselves --

const notes = createStore([]);
let lastNote = 0;

export function note(text) {
  const id = ++lastNote;
  notes.set([...notes.get(), { id, text }]);
  setTimeout(() => notes.set(notes.get().filter((entry) => entry.id !== id)), 5000);
}

export const Notes = () => (
  <div class="notes" role="status" aria-live="polite">
    {useStore(notes).map(({ id, text }) => (
      <div key={id}>{text}</div>
    ))}
  </div>
);

// -- long lists --

// Rows of one height, of which only the visible ones exist.
export function LongList({ items, rowHeight, render, class: className = '', label, role = 'list' }) {
  const box = useRef();
  const [view, setView] = useState({ top: 0, height: 600 });
  const measure = () => box.current && setView({ top: box.current.scrollTop, height: box.current.clientHeight });
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - 5);
  const last = Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + 5);
  return (
    <div class={`long ${className}`} ref={box} onScroll={measure}>
      <div class="rows" role={role} aria-label={label} style={{ height: `${items.length * rowHeight}px` }}>
        {items.slice(first, last).map((item, i) => (
          <div
            key={item.key ?? item}
            class="row"
            role={role === 'list' ? 'listitem' : undefined}
            style={{ top: `${(first + i) * rowHeight}px`, height: `${rowHeight}px` }}
          >
            {render(item)}
          </div>
        ))}
      </div>
    </div>
  );
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    note('Copied');
  } catch {
    note('The browser does not let this page copy');
  }
}
