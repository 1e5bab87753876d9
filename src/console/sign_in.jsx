// sign_in.jsx - the form for an access key.  The secret leaves the form for the signer and is kept nowhere else.

import { useState } from 'preact/hooks';
import { signIn, start } from './client.js';
import { canSign } from './sigv4.js';
import { Button, Field, Input } from './ui.jsx';

export function SignIn({ reason, failed }) {
  const [keyId, setKeyId] = useState('');
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);

  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await signIn(keyId.trim(), secret.trim());
    } catch (error) {
      setProblem(error.message);
      setBusy(false);
    }
  };

  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <h1>
          <img src="icon.svg" alt="" width="36" height="36" /> dynapg
        </h1>
        {failed ? (
          <>
            <p class="error" role="alert">
              {reason}
            </p>
            <Button kind="primary" icon="refresh" onClick={start}>
              Try again
            </Button>
          </>
        ) : !canSign() ? (
          <p class="error" role="alert">
            The browser signs requests only on HTTPS and on this machine’s own names. Switch TLS on, or open the console
            by way of a tunnel to localhost.
          </p>
        ) : (
          <>
            {reason && (
              <p class="error" role="alert">
                Your key no longer works here: {reason}
              </p>
            )}
            <p>
              Sign in with an access key of this server. The secret stays in the memory of this page: reloading the page
              forgets it.
            </p>
            <Field label="Access key ID">
              <Input name="key-id" value={keyId} onChange={setKeyId} autofocus required />
            </Field>
            <Field label="Secret access key">
              <Input name="secret" type="password" value={secret} onChange={setSecret} required />
            </Field>
            {problem && (
              <p class="error" role="alert">
                {problem}
              </p>
            )}
            <button class="button primary" type="submit" disabled={busy || !keyId || !secret}>
              {busy ? 'Signing in…' : 'Sign in'}
            </button>
          </>
        )}
      </form>
    </main>
  );
}
