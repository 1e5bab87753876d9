// client.js - requests to the server, and what is known about the session.
//
// The session is one of: starting, signedOut (with the reason), signedIn (with the role's description).  The signer lives here
// and nowhere else, and goes with the page.

import { createStore } from './store.js';
import { makeSigner, sign } from './sigv4.js';

export const session = createStore({ state: 'starting' });
export const connection = createStore({ lost: false });

const TYPE = 'application/x-amz-json-1.0';
const KEY_ERRORS = new Set([
  'UnrecognizedClientException',
  'ExpiredTokenException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'IncompleteSignatureException',
  'MissingAuthenticationToken',
]);
const encoder = new TextEncoder();

// The namespace that the page's address asks for, of requests without a signature; others have that of their signature.  Whatever a
// header could not carry is one that the server refuses.
const namespace = new URLSearchParams(location.search).get('namespace')?.replace(/[^\w.@-]/g, '?');

let signer = null;
let clock = 0; // milliseconds that the server's clock is ahead

export class RequestError extends Error {
  constructor(type, message, reply) {
    super(message || type);
    this.type = type;
    this.reply = reply;
  }
}

// -- the connection --

async function ping() {
  try {
    await fetch('/primary', { cache: 'no-store' });
    connection.set({ lost: false });
  } catch {
    setTimeout(ping, 1500);
  }
}

function loseConnection() {
  if (!connection.get().lost) {
    connection.set({ lost: true });
    setTimeout(ping, 1500);
  }
}

// -- requests --

async function post(path, headers, body, signal) {
  const time = new Date(Date.now() + clock);
  const unsigned = namespace ? { 'x-dynapg-namespace': namespace } : {};
  const signature = signer ? await sign(signer, path, headers, body, time) : unsigned;
  let response;
  let text;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { ...headers, ...signature },
      body,
      signal,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    });
    text = await response.text();
  } catch (error) {
    if (error.name === 'AbortError') {
      throw error;
    }
    loseConnection();
    throw new RequestError('Connection lost', 'The server does not answer. The console goes on when it is back.');
  }
  if (connection.get().lost) {
    connection.set({ lost: false });
  }
  return { response, text };
}

function errorOf(response, text) {
  let reply = null;
  try {
    reply = JSON.parse(text);
  } catch {
    // not one of the API's errors
  }
  const type = String(reply?.__type ?? `HTTP ${response.status}`)
    .split('#')
    .pop();
  return new RequestError(type, reply?.message ?? reply?.Message ?? '', reply);
}

function serverTime(response) {
  const date = Date.parse(response.headers.get('date') ?? '');
  return Number.isNaN(date) ? 0 : date - Date.now();
}

// explain: "plan" or "run", to get PostgreSQL's plan in place of the reply.
async function request(path, target, parameters, { signal, explain } = {}) {
  const headers = {
    'content-type': TYPE,
    'x-amz-target': target,
    ...(explain && { 'x-dynapg-explain': explain }),
  };
  const body = encoder.encode(JSON.stringify(parameters));
  const began = performance.now();
  let { response, text } = await post(path, headers, body, signal);
  if (!response.ok && signer && /Signature (expired|not yet current)/.test(text)) {
    clock = serverTime(response);
    ({ response, text } = await post(path, headers, body, signal));
  }
  if (!response.ok) {
    const error = errorOf(response, text);
    if (KEY_ERRORS.has(error.type) && session.get().state === 'signedIn') {
      signOut(error.message || error.type);
    }
    throw error;
  }
  return { data: JSON.parse(text), ms: performance.now() - began, bytes: text.length };
}

export const dynamodb = (operation, parameters, options) =>
  request('/', `DynamoDB_20120810.${operation}`, parameters, options);
export const streams = (operation, parameters, options) =>
  request('/', `DynamoDBStreams_20120810.${operation}`, parameters, options);
export const server = (name, parameters, options) =>
  request(`/console/api/${name}`, `DynapgConsole.${name}`, parameters, options);

// -- the session --

export async function refreshRole() {
  const { data } = await server('role', {});
  session.set({ state: 'signedIn', role: data, keyId: signer?.keyId });
}

export async function signIn(keyId, secret) {
  signer = await makeSigner(keyId, secret);
  try {
    await refreshRole();
  } catch (error) {
    signer = null;
    throw error;
  }
}

function signOut(reason) {
  signer = null;
  session.set({ state: 'signedOut', reason });
}

// At first without a signature: with trust that is all.
export async function start() {
  try {
    await refreshRole();
  } catch (error) {
    const asks = KEY_ERRORS.has(error.type);
    session.set({ state: 'signedOut', reason: asks ? undefined : error.message, failed: !asks });
  }
}
