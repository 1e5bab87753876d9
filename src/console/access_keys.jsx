// access_keys.jsx - the keys of the signed-in role and of those that it manages: making, disabling and dropping them.
//
// The server shows a secret in the reply that makes its key, and never again. It is in this page until the dialog closes.

import { useState } from 'preact/hooks';
import { server } from './client.js';
import { Badge, Button, ConfirmDialog, copyText, Dialog, ErrorBox, Field, note, Select } from './ui.jsx';
import { moment } from './format.js';

function NewKey({ role, onChange, onClose }) {
  const [owner, setOwner] = useState(
    role.ManagesKeysOf.includes(role.Role) ? role.Role : (role.ManagesKeysOf[0] ?? role.Role),
  );
  const [made, setMade] = useState(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const create = async () => {
    if (made || busy) {
      return;
    }
    setBusy(true);
    setError(null);
    try {
      setMade((await server('create-key', { RoleName: owner })).data);
      onChange();
    } catch (problem) {
      setError(problem);
    }
    setBusy(false);
  };
  return (
    <Dialog
      title="New access key"
      onClose={onClose}
      onSubmit={made ? onClose : create}
      footer={
        made ? (
          <button class="button primary">I have kept the secret</button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <button class="button primary" disabled={busy}>
              Create key
            </button>
          </>
        )
      }
    >
      {made ? (
        <>
          <p>
            The key of <strong>{owner}</strong>. Its secret is shown here once, and never again: keep it now.
          </p>
          <div class="secret">
            <span class="label">Access key ID</span>
            <code>{made.AccessKeyId}</code>
            <Button icon="copy" kind="quiet" label="Copy the ID" onClick={() => copyText(made.AccessKeyId)} />
            <span class="label">Secret access key</span>
            <code>{made.SecretAccessKey}</code>
            <Button icon="copy" kind="quiet" label="Copy the secret" onClick={() => copyText(made.SecretAccessKey)} />
          </div>
        </>
      ) : (
        <>
          <Field label="Requests with the key run as">
            <Select name="role" value={owner} onChange={setOwner} options={role.ManagesKeysOf} />
          </Field>
          <p class="faint">Whoever has the key and its secret has the rights of that role.</p>
        </>
      )}
      <ErrorBox error={error} />
    </Dialog>
  );
}

function DropKey({ id, isOwn, onChange, onClose }) {
  const drop = async () => {
    await server('drop-key', { AccessKeyId: id });
    note(`Dropped ${id}`);
    onClose();
    onChange();
  };
  return (
    <ConfirmDialog title="Drop the key" action="Drop key" onConfirm={drop} onClose={onClose}>
      <p>
        Requests with <code>{id}</code> are refused from then on, for good.
        {isOwn && ' You are signed in with it, so this page asks for another key.'}
      </p>
    </ConfirmDialog>
  );
}

function KeyRow({ entry, isOwn, manages, onSwitch, onDrop }) {
  return (
    <tr>
      <td>
        <code>{entry.AccessKeyId}</code> {isOwn && <Badge kind="info">this one</Badge>}
      </td>
      <td>{entry.Role}</td>
      <td>{entry.Enabled ? <Badge kind="good">enabled</Badge> : <Badge kind="bad">disabled</Badge>}</td>
      <td>{moment(entry.CreatedAt)}</td>
      <td>
        {manages && (
          <div class="actions">
            {!isOwn && <Button onClick={onSwitch}>{entry.Enabled ? 'Disable' : 'Enable'}</Button>}
            <Button icon="trash" kind="quiet" label={`Drop ${entry.AccessKeyId}`} onClick={onDrop} />
          </div>
        )}
      </td>
    </tr>
  );
}

export function AccessKeys({ role, keyId, onChange }) {
  const [making, setMaking] = useState(false);
  const [dropping, setDropping] = useState(null);
  const [error, setError] = useState(null);
  const keys = role.AccessKeys;
  const change = async ({ AccessKeyId, Enabled }) => {
    setError(null);
    try {
      await server('change-key', { AccessKeyId, Enabled: !Enabled });
      note(`${Enabled ? 'Disabled' : 'Enabled'} ${AccessKeyId}`);
      onChange();
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <section class="card">
      <header class="card-head pad">
        <h2>Access keys</h2>
        {role.SignsRequests && (
          <Button icon="plus" disabled={role.Standby} onClick={() => setMaking(true)}>
            New key
          </Button>
        )}
      </header>
      {keys.length === 0 ? (
        <p class="pad faint">This role has no keys, and manages none of others.</p>
      ) : (
        <div class="scroll">
          <table class="plain">
            <thead>
              <tr>
                <th>Key</th>
                <th>Role</th>
                <th>State</th>
                <th>Made</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {keys.map((entry) => (
                <KeyRow
                  key={entry.AccessKeyId}
                  entry={entry}
                  isOwn={entry.AccessKeyId === keyId}
                  manages={role.SignsRequests && !role.Standby}
                  onSwitch={() => change(entry)}
                  onDrop={() => setDropping(entry.AccessKeyId)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <ErrorBox error={error} />
      {!role.SignsRequests && (
        <p class="pad faint">
          Requests need no key here. Keys for later are made in SQL, by <code>dynapg.create_access_key</code>.
        </p>
      )}
      {making && <NewKey role={role} onChange={onChange} onClose={() => setMaking(false)} />}
      {dropping !== null && (
        <DropKey id={dropping} isOwn={dropping === keyId} onChange={onChange} onClose={() => setDropping(null)} />
      )}
    </section>
  );
}
