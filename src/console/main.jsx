// main.jsx - the page: session, navigation, and the view that the location asks for.

import { render } from 'preact';
import { useEffect, useErrorBoundary, useRef, useState } from 'preact/hooks';
import { connection, session, start } from './client.js';
import { createStore, useStore } from './store.js';
import { linkTo, useRoute } from './route.js';
import { forgetTables, loadTables, tables } from './tables.js';
import { Button, Dialog, ErrorBox, Icon, Loading, LongList, Notes } from './ui.jsx';
import { SignIn } from './sign_in.jsx';
import { TableList } from './table_list.jsx';
import { Table } from './table.jsx';
import { forgetStatements, Statements } from './statements.jsx';
import { Statistics } from './statistics.jsx';
import { Access } from './access.jsx';
import { count } from './format.js';

// -- dark and light --

const theme = createStore(localStorage.getItem('dynapg-theme') ?? '');

function applyTheme() {
  document.documentElement.dataset.theme = theme.get();
}

function switchTheme() {
  const dark = theme.get() ? theme.get() === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  theme.set(dark ? 'light' : 'dark');
  localStorage.setItem('dynapg-theme', theme.get());
  applyTheme();
}

// -- navigation --

const PAGES = [
  ['tables', 'Tables', 'tables'],
  ['partiql', 'PartiQL', 'query'],
  ['statistics', 'Statistics', 'chart'],
  ['access', 'Access', 'key'],
];
const TITLES = { tables: 'Tables', partiql: 'PartiQL', statistics: 'Statistics', access: 'Access' };

function TableLinks({ current }) {
  const { names, loading } = useStore(tables);
  const [filter, setFilter] = useState('');
  const wanted = filter.toLowerCase();
  const shown = wanted ? names.filter((name) => name.toLowerCase().includes(wanted)) : names;
  return (
    <>
      <div class="search">
        <Icon name="search" />
        <input
          id="table-filter"
          type="search"
          placeholder="Find a table"
          aria-label="Find a table"
          value={filter}
          spellcheck={false}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <LongList
        class="table-links"
        items={shown}
        rowHeight={32}
        label="Tables"
        render={(name) => (
          <a href={linkTo('table', name, 'items')} title={name} aria-current={name === current ? 'page' : undefined}>
            {name}
          </a>
        )}
      />
      <p class="table-count" role="status">
        {wanted ? `${count(shown.length)} of ${count(names.length)}` : count(names.length)}{' '}
        {names.length === 1 ? 'table' : 'tables'}
        {loading && ', reading…'}
      </p>
    </>
  );
}

function Navigation({ page, current, open, onClose }) {
  return (
    <nav class={open ? 'open' : ''} aria-label="Console" onClick={(event) => event.target.closest('a') && onClose()}>
      <a class="brand" href={linkTo('tables')}>
        <img src="icon.svg" alt="" width="26" height="26" />
        <span>dynapg</span>
      </a>
      <ul>
        {PAGES.map(([key, text, icon]) => (
          <li key={key}>
            <a href={linkTo(key)} aria-current={page === key ? 'page' : undefined}>
              <Icon name={icon} />
              {text}
            </a>
          </li>
        ))}
      </ul>
      <TableLinks current={current} />
      <Who />
    </nav>
  );
}

function Who() {
  const { role, keyId } = useStore(session);
  return (
    <div class="who">
      <div title={keyId ?? 'dynapg.http_auth is trust'}>
        <strong>{role.Role}</strong>
        <span>{role.SignsRequests ? keyId : 'no sign-in on this machine'}</span>
        {role.Namespace && <span title="Namespace">{role.Namespace}</span>}
      </div>
      <Button icon="moon" kind="quiet" label="Dark or light" onClick={switchTheme} />
      {role.SignsRequests && <Button icon="leave" kind="quiet" label="Sign out" onClick={() => location.reload()} />}
    </div>
  );
}

const KEYS = [
  ['/', 'find a table'],
  ['g t', 'tables'],
  ['g p', 'PartiQL'],
  ['g s', 'statistics'],
  ['g a', 'access'],
  ['↑ ↓', 'move in a list of items'],
  ['Enter', 'open the item'],
  ['Ctrl Enter', 'run, or save'],
  ['Esc', 'close a dialog'],
  ['?', 'this list'],
];

const Help = ({ onClose }) => (
  <Dialog title="Keys" onClose={onClose}>
    <dl class="keys">
      {KEYS.map(([key, text]) => (
        <div key={key}>
          <dt>
            {key.split(' ').map((part) => (
              <kbd key={part}>{part}</kbd>
            ))}
          </dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  </Dialog>
);

// At once, so that what is typed next, however fast, goes there.
const focusFilter = () => document.getElementById('table-filter')?.focus();

const isNarrow = () => matchMedia('(max-width: 760px)').matches; // as in narrow.css

// Keys that work wherever nothing is being typed.
function useKeys(setHelp, setMenu) {
  const waits = useRef(false);
  useEffect(() => {
    const press = (event) => {
      const typing = event.target.closest?.('input, textarea, select, dialog');
      if (event.key === 'Escape') {
        setMenu(false);
      }
      if (event.ctrlKey || event.metaKey || event.altKey || typing) {
        return;
      }
      const goes = waits.current && { t: 'tables', p: 'partiql', s: 'statistics', a: 'access' }[event.key];
      waits.current = event.key === 'g';
      if (goes) {
        location.hash = linkTo(goes);
      } else if (event.key === '/') {
        event.preventDefault();
        setMenu(isNarrow());
        focusFilter();
        setTimeout(focusFilter); // a menu that was hidden takes the focus only when it is drawn
      } else if (event.key === '?') {
        setHelp(true);
      }
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

function View({ page, rest }) {
  const [error] = useErrorBoundary();
  if (error) {
    return (
      <section class="page">
        <ErrorBox error={{ type: 'This page failed', message: String(error) }} />
      </section>
    );
  }
  switch (page) {
    case 'table':
      return <Table key={rest[0]} name={rest[0] ?? ''} tab={rest[1] || 'items'} />;
    case 'partiql':
      return <Statements />;
    case 'statistics':
      return <Statistics />;
    case 'access':
      return <Access />;
    default:
      return <TableList />;
  }
}

let lastRole; // of the session before

function Console() {
  const [page, ...rest] = useRoute();
  const [menu, setMenu] = useState(false);
  const [help, setHelp] = useState(false);
  const { lost } = useStore(connection);
  const { role } = useStore(session);
  const shown = page || 'tables';
  useKeys(setHelp, setMenu);
  useEffect(() => {
    if (lastRole !== role.Role) {
      forgetStatements();
      lastRole = role.Role;
    }
    loadTables();
    return forgetTables;
  }, [role.Role]);
  useEffect(() => {
    document.title = `${shown === 'table' ? rest[0] : (TITLES[shown] ?? 'Tables')} · dynapg`;
  }, [shown, rest[0]]);
  return (
    <div class="console">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('main').focus();
        }}
      >
        Skip to the content
      </a>
      <header class="top">
        <Button icon="menu" kind="quiet" label="Menu" aria-expanded={menu} onClick={() => setMenu(!menu)} />
        <span>{shown === 'table' ? rest[0] : TITLES[shown]}</span>
      </header>
      {menu && <div class="shade" onClick={() => setMenu(false)} />}
      <Navigation
        page={shown}
        current={shown === 'table' ? rest[0] : undefined}
        open={menu}
        onClose={() => setMenu(false)}
      />
      <main id="main" tabIndex={-1}>
        {lost && (
          <div class="banner" role="alert">
            <span class="spinner" />
            The connection to the server is lost. Trying again…
          </div>
        )}
        {role.Standby && <div class="banner">This server is a standby: it serves reads.</div>}
        <View key={shown} page={shown} rest={rest} />
      </main>
      {help && <Help onClose={() => setHelp(false)} />}
      <Notes />
    </div>
  );
}

function App() {
  const { state, reason, failed } = useStore(session);
  switch (state) {
    case 'starting':
      return <Loading />;
    case 'signedOut':
      return <SignIn reason={reason} failed={failed} />;
    default:
      return <Console />;
  }
}

applyTheme();
start();
render(<App />, document.getElementById('app'));
