// access.jsx - the signed-in role: what it is, its keys, its rights on tables.

import { useEffect, useState } from 'preact/hooks';
import { server, session } from './client.js';
import { useStore } from './store.js';
import { linkTo } from './route.js';
import { AccessKeys } from './access_keys.jsx';
import { Badge, Empty, ErrorBox, LongList } from './ui.jsx';
import { count, moment } from './format.js';

const RIGHTS = { Select: 'read', Insert: 'insert', Update: 'update', Delete: 'delete' };

function Role({ role, keyId }) {
  const facts = [
    [
      'Role',
      <>
        {role.Role} {role.Superuser && <Badge kind="warn">superuser</Badge>}{' '}
        {role.BypassRowSecurity && !role.Superuser && <Badge kind="warn">bypasses row security</Badge>}
      </>,
    ],
    ['Member of', role.MemberOf.length > 0 ? role.MemberOf.join(', ') : '–'],
    [
      'Signed in',
      role.SignsRequests ? (
        <>
          with the key <code>{keyId}</code>
        </>
      ) : (
        'without a key: dynapg.http_auth is trust'
      ),
    ],
    ...(role.Namespace ? [['Namespace', role.Namespace]] : []),
    ['Valid until', role.ValidUntil ? moment(role.ValidUntil) : 'no end'],
    ['May create tables', role.MayCreateTables ? 'yes' : 'no'],
    ['May see statistics', role.MaySeeStatistics ? 'yes' : 'no'],
    ['Server', `dynapg ${role.Version} in PostgreSQL ${role.PostgreSQL}, database ${role.Database}`],
  ];
  return (
    <section class="card pad">
      <h2>Who you are</h2>
      <dl class="facts">
        {facts.map(([title, value]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Grants({ tables }) {
  if (tables.length === 0) {
    return <Empty title="There are no tables" />;
  }
  return (
    <section class="card grants">
      <h2 class="pad">
        Rights on tables <span class="faint">{count(tables.length)}</span>
      </h2>
      <LongList
        items={tables.map((table) => ({ ...table, key: table.TableName }))}
        rowHeight={36}
        label="Rights on tables"
        render={(table) => (
          <a class="grant" href={linkTo('table', table.TableName, 'overview')}>
            <span class="name" title={table.TableName}>
              {table.TableName}
            </span>
            <span>
              {Object.entries(RIGHTS).map(([right, text]) => (
                <Badge key={right} kind={table[right] ? 'good' : 'off'}>
                  {text}
                </Badge>
              ))}
            </span>
            <span class="faint">
              {table.OwnsIt ? 'owner' : table.Owner}
              {table.RowSecurity && ', row security'}
            </span>
          </a>
        )}
      />
    </section>
  );
}

// The description of the role, with the rights on all tables, page by page. While it is read again, the tables stay as they were.
function useWholeRole() {
  const [state, setState] = useState({ tables: [] });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let ended = false;
    const load = async () => {
      let tables = [];
      let after;
      try {
        do {
          const { data } = await server('role', after ? { ExclusiveStartTableName: after } : {});
          if (ended) {
            return;
          }
          tables = tables.concat(data.Tables);
          after = data.LastTableName;
          setState((before) => ({ role: data, tables: turn > 0 && after ? before.tables : tables }));
        } while (after);
      } catch (error) {
        setState((before) => ({ ...before, error }));
      }
    };
    load();
    return () => {
      ended = true;
    };
  }, [turn]);
  return { ...state, readAgain: () => setTurn((n) => n + 1) };
}

export function Access() {
  const known = useStore(session);
  const { role = known.role, tables, error, readAgain } = useWholeRole();
  return (
    <section class="page">
      <header class="page-head">
        <h1>Access</h1>
      </header>
      <ErrorBox error={error} />
      <Role role={role} keyId={known.keyId} />
      <AccessKeys role={role} keyId={known.keyId} onChange={readAgain} />
      <Grants tables={tables} />
    </section>
  );
}
