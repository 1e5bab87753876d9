// sigv4.js - AWS Signature Version 4 by the browser's own cryptography.
//
// A signer keeps a key that cannot be exported, not the secret.  crypto.subtle exists on HTTPS and on this machine's own
// names only.

const encoder = new TextEncoder();
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
const importKey = (bytes) => crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
const hmac = (key, text) => crypto.subtle.sign('HMAC', key, encoder.encode(text));
const sha256 = async (bytes) => hex(await crypto.subtle.digest('SHA-256', bytes));

// Any region will do, unless the server keeps tables apart by it.
const REGION = new URLSearchParams(location.search).get('region')?.replace(/[^\w-]/g, '?') ?? 'us-east-1';
const SCOPE = `${REGION}/dynamodb/aws4_request`;

export const canSign = () => Boolean(globalThis.crypto?.subtle);

export async function makeSigner(keyId, secret) {
  return { keyId, root: await importKey(encoder.encode(`AWS4${secret}`)), day: '', key: null };
}

async function keyOf(signer, day) {
  if (signer.day !== day) {
    let key = signer.root;
    for (const part of [day, REGION, 'dynamodb', 'aws4_request']) {
      key = await importKey(await hmac(key, part));
    }
    signer.key = key;
    signer.day = day;
  }
  return signer.key;
}

// The headers that sign a POST of that body, as bytes, to the path; headers are the ones to send beside them.
export async function sign(signer, path, headers, body, time) {
  const date = time.toISOString().replace(/[-:]|\.\d+/g, '');
  const day = date.slice(0, 8);
  const signed = { ...headers, host: location.host, 'x-amz-date': date };
  const names = Object.keys(signed).sort();
  const canonical = [
    'POST',
    path,
    '',
    ...names.map((name) => `${name}:${signed[name]}`),
    '',
    names.join(';'),
    await sha256(body),
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, `${day}/${SCOPE}`, await sha256(encoder.encode(canonical))].join('\n');
  const signature = hex(await hmac(await keyOf(signer, day), text));
  return {
    'x-amz-date': date,
    authorization: `AWS4-HMAC-SHA256 Credential=${signer.keyId}/${day}/${SCOPE}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}
