// console.mjs - the console in a headless Chromium, by clicks and keys: sign in, tables, items in grid, form and JSON, conditions,
// Query, Scan and PartiQL, the stream, statistics, access; and what must not happen: scripts out of data, foreign requests, a secret that
// stays.
//
// Keeps screenshots in WIRE_ARTEFACTS, for people to look at.  CHROMIUM names the browser.

import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { DynamoDBClient, DeleteTableCommand, DescribeTableCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { chromium } from 'playwright-core';
import { assert, config, credentials, endpoint, main, section } from './wire.mjs';

const executablePath = process.env.CHROMIUM;
if (!executablePath || !existsSync(executablePath)) {
  console.log('skipped: there is no Chromium (package chromium)');
  process.exit(77);
}

const table = 'wire_console';
const indexed = 'wire_with_indexes';
const markup = '<img src=x onerror="window.pwned=1"><script>window.pwned=2</script>';
const api = new DynamoDBClient(config);
const outside = []; // requests to anywhere else, and complaints of the policy
let browser;
let context;
let page;

const shot = (name) => page.screenshot({ path: join(process.env.WIRE_ARTEFACTS, `console-${name}.png`) });
const get = async (id) => (await api.send(new GetItemCommand({ TableName: table, Key: { id: { S: id }, number: { N: '1' } } }))).Item;
const dialog = () => page.locator('dialog');
const rows = () => page.locator('.grid tbody tr');
const save = () => dialog().getByRole('button', { name: 'Save', exact: true }).click();
const gone = (locator) => locator.waitFor({ state: 'detached' });
const sql = (statement, user = 'wire') => execFileSync(process.env.DYNAPG_PSQL, ['-X', '-q', '-A', '-t', '-F', ' ', '-v', 'ON_ERROR_STOP=1', '-d',
  process.env.DYNAPG_DATABASE.replace('user=wire', `user=${user}`), '-c', statement], { encoding: 'utf8' }).trim();

async function signIn(id, secret) {
  await page.getByLabel('Access key ID').fill(id);
  await page.getByLabel('Secret access key').fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function open(hash) {
  await page.evaluate((to) => { location.hash = to; }, `#/${hash}`);
}

// Puts an item by the JSON editor of a dialog that is open.
async function writeJson(item) {
  await dialog().getByRole('tab', { name: 'JSON' }).click();
  await dialog().locator('textarea[name=json]').fill(typeof item === 'string' ? item : JSON.stringify(item));
}

async function newItem(item) {
  await page.getByRole('button', { name: 'New item' }).click();
  await writeJson(item);
  await save();
  await gone(dialog());
}

section('the page opens', async () => {
  browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  context = await browser.newContext({ viewport: { width: 1280, height: 860 }, colorScheme: 'light' });
  page = await context.newPage();
  page.setDefaultTimeout(60000);
  page.on('request', (request) => request.url().startsWith(endpoint) || outside.push(request.url()));
  page.on('console', (message) => /Content Security Policy|TrustedHTML/.test(message.text()) && outside.push(message.text()));
  page.on('pageerror', (error) => outside.push(error.stack));
  page.on('dialog', (box) => outside.push(`dialog: ${box.message()}`));
  await page.goto(`${endpoint}/console`);
  assert.equal(page.url(), `${endpoint}/console/`);
});

section('sign in: a wrong key, a wrong secret, the right ones', async () => {
  await signIn('AKIANOSUCHKEY', 'x');
  await page.getByText('The security token included in the request is invalid').waitFor();
  await signIn(credentials.accessKeyId, 'wrong');
  await page.getByText('The request signature we calculated does not match').waitFor();
  await shot('sign-in');
  await signIn(credentials.accessKeyId, credentials.secretAccessKey);
  await page.getByRole('heading', { name: 'Tables', exact: true }).waitFor();
  await page.locator('.who').getByText('wire', { exact: true }).waitFor();
});

section('the secret is nowhere but in the memory of the page', async () => {
  const kept = await page.evaluate(async () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href,
    document.documentElement.outerHTML, (await indexedDB.databases()).length]));
  assert.ok(!kept.includes(credentials.secretAccessKey));
  assert.equal((await context.cookies()).length, 0);
});

section('create a table', async () => {
  await api.send(new DeleteTableCommand({ TableName: table })).catch(() => {});
  await page.getByRole('button', { name: 'New table' }).click();
  await dialog().getByLabel('Name', { exact: true }).fill(table);
  await dialog().getByLabel('Partition key').fill('id');
  await dialog().getByLabel('Sort key').fill('number');
  await dialog().locator('[name=range-type]').selectOption('N');
  await dialog().locator('[name=stream]').check();
  await dialog().getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: table }).waitFor();
  await page.getByText('This table is empty').waitFor();
  const { Table } = await api.send(new DescribeTableCommand({ TableName: table }));
  assert.deepEqual(Table.KeySchema.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`), ['id HASH', 'number RANGE']);
  assert.equal(Table.StreamSpecification.StreamViewType, 'NEW_AND_OLD_IMAGES');
});

section('put an item with all types by the form', async () => {
  await page.getByRole('button', { name: 'New item' }).click();
  const nodes = dialog().locator('.nodes').first().locator('> li > .node');
  await nodes.nth(0).getByLabel('Value of id').fill('form');
  await nodes.nth(1).getByLabel('Value of number').fill('1');
  const add = async (name, type, fill) => {
    await dialog().locator('.nodes').first().locator('> li').last().getByRole('button').click();
    const node = nodes.last();
    await node.getByLabel('Name').fill(name);
    await node.locator('select[name=type]').selectOption(type);
    await fill?.(node);
  };
  await add('text', 'S', (node) => node.getByLabel('Value of text').fill('häuser "in" <b>quotes</b>'));
  await add('price', 'N', (node) => node.getByLabel('Value of price').fill('12345678901234567890.123456789'));
  await add('bytes', 'B', (node) => node.getByLabel('Value of bytes').fill('AAEC'));
  await add('yes', 'BOOL', (node) => node.getByLabel('Value of yes').selectOption('true'));
  await add('nothing', 'NULL');
  await add('names', 'SS', async (node) => {
    await node.getByLabel('Element of names').fill('a');
    await node.getByRole('button', { name: 'Element', exact: true }).click();
    await node.getByLabel('Element of names').nth(1).fill('b');
  });
  await add('numbers', 'NS', (node) => node.getByLabel('Element of numbers').fill('7'));
  await add('blobs', 'BS', (node) => node.getByLabel('Element of blobs').fill('/w=='));
  await add('list', 'L');
  await dialog().locator('.nodes .nodes').getByRole('button', { name: 'Element' }).click();
  await dialog().locator('.nodes .nodes .node').locator('[name=text]').fill('first');
  await add('map', 'M');
  await dialog().locator('.nodes .nodes').last().getByRole('button', { name: 'Attribute' }).click();
  await dialog().locator('.nodes .nodes').last().getByLabel('Name').fill('inner');
  await shot('form');
  await save();
  await gone(dialog());
  assert.deepEqual(await get('form'), {
    id: { S: 'form' }, number: { N: '1' }, text: { S: 'häuser "in" <b>quotes</b>' }, price: { N: '12345678901234567890.123456789' },
    bytes: { B: new Uint8Array([0, 1, 2]) }, yes: { BOOL: true }, nothing: { NULL: true }, names: { SS: ['a', 'b'] }, numbers: { NS: ['7'] },
    blobs: { BS: [new Uint8Array([255])] }, list: { L: [{ S: 'first' }] }, map: { M: { inner: { S: '' } } },
  });
  assert.equal(await rows().count(), 1);
});

section('what is no item is refused, with its place, and nothing is sent', async () => {
  await page.getByRole('button', { name: 'New item' }).click();
  for (const [text, problem] of [['{', 'JSON'], ['[]', 'An item is an object'], ['{"id":"x"}', 'id: an object with a type is needed'],
    ['{"id":{"S":"x"},"n":{"N":5}}', 'n: N is a string with a number'], ['{"a":{"L":[{"S":"x"},{"X":1}]}}', 'a[1]: exactly one of the types'],
    ['{"a":{"SS":["x","x"]}}', 'an element is there twice'], ['{"a":{"B":"%"}}', 'a: B is a string in base64']]) {
    await writeJson(text);
    await save();
    await dialog().getByRole('alert').filter({ hasText: problem }).waitFor();
  }
  await writeJson({ id: { S: 'x' } });
  await save();
  await dialog().getByText('Missing the key number in the item').waitFor();
  await page.keyboard.press('Escape');
  await gone(dialog());
});

section('a new item does not replace one that is there; other conditions hold, too', async () => {
  await page.getByRole('button', { name: 'New item' }).click();
  await writeJson({ id: { S: 'form' }, number: { N: '1' } });
  await save();
  await dialog().getByText('The conditional request failed').waitFor();
  await dialog().locator('[name=absent]').uncheck();
  await dialog().getByRole('button', { name: 'Condition', exact: true }).click();
  await dialog().locator('.term [name=attribute]').fill('price');
  await dialog().locator('.term [name=operator]').selectOption('<');
  await dialog().locator('.term [name=type]').selectOption('N');
  await dialog().locator('.term [name=value]').fill('5');
  await save();
  await dialog().getByText('The conditional request failed').waitFor();
  assert.equal(Object.keys(await get('form')).length, 12);
  await page.keyboard.press('Escape');
});

section('edit by keyboard; a change by somebody else meanwhile is not lost', async () => {
  await rows().first().focus();
  await page.keyboard.press('Enter');
  const text = dialog().getByLabel('Value of text');
  await text.fill('mine');
  await api.send(new UpdateItemCommand({ TableName: table, Key: { id: { S: 'form' }, number: { N: '1' } }, UpdateExpression: 'SET #t = :t',
    ExpressionAttributeNames: { '#t': 'text' }, ExpressionAttributeValues: { ':t': { S: 'theirs' } } }));
  await page.keyboard.press('Control+Enter');
  await dialog().getByRole('button', { name: 'Show the item as it is now' }).click();
  await page.waitForFunction(() => document.querySelector('dialog [aria-label="Value of text"]')?.value === 'theirs');
  await text.fill('both');
  await page.keyboard.press('Control+Enter');
  await gone(dialog());
  assert.equal((await get('form')).text.S, 'both');
});

section('markup and names of JavaScript are data', async () => {
  const item = JSON.parse(JSON.stringify({ id: { S: markup }, number: { N: '1' }, [markup]: { S: markup }, constructor: { S: 'c' }, hasOwnProperty: { M: { toString: { S: markup } } } })
    .replace('"constructor"', '"__proto__":{"M":{"polluted":{"S":"yes"}}},"constructor"'));
  await newItem(JSON.stringify(item));
  await rows().nth(1).waitFor();
  await page.locator('th', { hasText: '__proto__' }).waitFor();
  const row = rows().filter({ hasText: markup }).first();
  await row.click();
  await dialog().locator('.node').nth(5).waitFor();
  await dialog().getByRole('tab', { name: 'JSON' }).click();
  assert.deepEqual(JSON.parse(await dialog().locator('textarea[name=json]').inputValue()), item);
  await dialog().getByRole('tab', { name: 'Form' }).click();
  await save();
  await gone(dialog());
  // the SDK leaves out __proto__
  assert.deepEqual(JSON.parse(sql(`SELECT item FROM dynamodb."${table}" WHERE pk = $markup$${markup}$markup$`)), item);
  assert.deepEqual(await page.evaluate(() => [window.pwned, {}.polluted, {}.S, document.images.length]), [undefined, undefined, undefined, 1]);
});

section('an item of 400 KB, and one with many values', async () => {
  const most = 400 * 1024 - 'idlargenumber'.length - 'text'.length - 2;
  await newItem({ id: { S: 'large' }, number: { N: '1' }, text: { S: 'x'.repeat(most) } });
  await newItem({ id: { S: 'wide' }, number: { N: '1' }, list: { L: Array.from({ length: 20000 }, (_, i) => ({ N: String(i) })) } });
  assert.equal((await get('large')).text.S.length, most);
  await page.locator('.grid').getByText(/1, 2, 3.* more\]$/).click();
  await dialog().locator('textarea[name=json]').waitFor();
  await dialog().getByRole('tab', { name: 'Form' }).click();
  await dialog().getByText('too many values for the form').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New item' }).click();
  await writeJson({ id: { S: 'larger' }, number: { N: '1' }, text: { S: 'x'.repeat(most + 2) } });
  await save();
  await dialog().getByText('Item size has exceeded the maximum allowed size').waitFor();
  await page.keyboard.press('Escape');
});

section('Scan with a filter, Query with pages, the cost beside them', async () => {
  for (let i = 0; i < 60; i++) {
    await api.send(new PutItemCommand({ TableName: table, Item: { id: { S: 'many' }, number: { N: String(i) }, even: { BOOL: i % 2 === 0 } } }));
  }
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.locator('.term [name=attribute]').fill('even');
  await page.locator('.term [name=type]').selectOption('BOOL');
  await page.locator('.term [name=value]').selectOption('true');
  await page.locator('[name=limit]').selectOption('300');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('.cost').getByText('30 items').waitFor();
  await page.locator('.cost').getByText('64 items read').waitFor();
  await page.getByRole('button', { name: 'Remove the filter' }).click();
  await page.getByRole('button', { name: 'Query' }).click();
  await page.locator('[name=hash-value]').fill('many');
  await page.locator('[name=range-operator]').selectOption('>=');
  await page.locator('[name=range-value]').fill('10');
  await page.locator('[name=limit]').selectOption('25');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('.cost').getByText('25 items').waitFor();
  await page.locator('.cost').getByText('0.5 capacity units').waitFor();
  await page.getByRole('button', { name: 'Next page' }).click();
  await rows().first().getByText('35', { exact: true }).waitFor();
  assert.ok(await page.getByRole('button', { name: 'Next page' }).isDisabled() || await rows().count() === 25);
  await page.getByRole('button', { name: 'Previous page' }).click();
  await rows().first().getByText('10', { exact: true }).waitFor();
  await page.getByLabel('descending').check();
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Run' }).click();
  await rows().first().getByText('59', { exact: true }).waitFor();
});

section('PostgreSQL\'s plan, for roles that may see plans', async () => {
  await page.getByRole('button', { name: 'Plan' }).click();
  await page.locator('.plan').getByText('lacks EXECUTE on the function dynapg.http_explain').waitFor();
  sql('GRANT EXECUTE ON FUNCTION dynapg.http_explain TO wire', 'postgres');
  await page.getByLabel('with times').check();
  await page.locator('.plan pre', { hasText: /Query: run, and rolled back[^]*Index Scan[^]*actual time/ }).waitFor();
  await page.getByLabel('with times').uncheck();
  await page.locator('.plan pre', { hasText: /its first statement, not run[^]*Index Cond: \(\(pk = \$1\) AND \(sk >= \$2\)\)/ }).waitFor();
  await shot('query');
  sql('REVOKE EXECUTE ON FUNCTION dynapg.http_explain FROM wire', 'postgres');
  await page.getByRole('button', { name: 'Plan' }).click();
});

section('delete items that are selected', async () => {
  await rows().nth(0).locator('input').check();
  await rows().nth(1).locator('input').check();
  await page.getByRole('button', { name: 'Delete 2' }).click();
  await dialog().getByRole('button', { name: 'Delete', exact: true }).click();
  await gone(dialog());
  await rows().first().getByText('57', { exact: true }).waitFor();
});

section('the stream as it flows', async () => {
  await page.getByRole('tab', { name: 'Stream' }).click();
  await page.getByText('Nothing yet').waitFor();
  await page.locator('.live').waitFor();
  await api.send(new UpdateItemCommand({ TableName: table, Key: { id: { S: 'many' }, number: { N: '5' } }, UpdateExpression: 'SET colour = :c',
    ExpressionAttributeValues: { ':c': { S: markup } } }));
  await page.locator('.record').getByText('modify').waitFor();
  assert.equal(await page.locator('.record ins').innerText(), markup);
  await page.getByLabel('From').selectOption('TRIM_HORIZON');
  await page.locator('.record').getByText('remove').first().waitFor();
  await shot('stream');
});

section('the overview: switch Time to Live on', async () => {
  await page.getByRole('tab', { name: 'Overview' }).click();
  await page.getByLabel('Attribute with the time').fill('expires');
  await page.getByRole('button', { name: 'Switch on' }).click();
  await page.getByText('Items go after the time in').waitFor();
  await shot('overview');
});

section('indexes: with a table, later, and deleted', async () => {
  await api.send(new DeleteTableCommand({ TableName: indexed })).catch(() => {});
  await open('tables');
  await page.getByRole('button', { name: 'New table' }).click();
  await dialog().getByLabel('Name', { exact: true }).fill(indexed);
  await dialog().getByLabel('Partition key').fill('id');
  assert.ok(await dialog().getByRole('button', { name: 'Local index' }).isDisabled(), 'a local index needs a sort key');
  await dialog().getByLabel('Sort key').fill('number');
  await dialog().locator('[name=range-type]').selectOption('N');
  await dialog().getByRole('button', { name: 'Global index' }).click();
  const global = dialog().locator('.index-form').nth(0);
  assert.ok(await dialog().getByRole('button', { name: 'Create' }).isDisabled(), 'a form that is not complete is not sent');
  await global.getByLabel('Index name').fill('ByCountry');
  await global.getByRole('textbox', { name: 'Partition key attribute' }).fill('country');
  await global.getByRole('button', { name: 'Partition attribute' }).click();
  await global.getByRole('textbox', { name: 'Partition key attribute 2' }).fill('year');
  await global.locator('[name=index-hash-type-1]').selectOption('N');
  await global.getByRole('button', { name: 'Sort attribute' }).click();
  await global.getByRole('textbox', { name: 'Sort key attribute' }).fill('number');
  assert.ok(await global.locator('[name=index-range-type-0]').isDisabled(), 'the type of a key of the table is known');
  await global.locator('[name=projection]').selectOption('INCLUDE');
  await global.getByLabel('Further attributes').fill('name, price');
  await dialog().getByRole('button', { name: 'Local index' }).click();
  const local = dialog().locator('.index-form').nth(1);
  await local.getByLabel('Index name').fill('ByTime');
  await local.getByRole('textbox', { name: 'Sort key attribute' }).fill('time');
  await local.locator('[name=index-range-type-0]').selectOption('B');
  await shot('indexes-form');
  await dialog().getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: indexed }).waitFor();
  const { Table } = await api.send(new DescribeTableCommand({ TableName: indexed }));
  const keys = (index) => index.KeySchema.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join();
  assert.equal(keys(Table.GlobalSecondaryIndexes[0]), 'country HASH,year HASH,number RANGE');
  assert.deepEqual([...Table.GlobalSecondaryIndexes[0].Projection.NonKeyAttributes].sort(), ['name', 'price']);
  assert.equal(keys(Table.LocalSecondaryIndexes[0]), 'id HASH,time RANGE');
  assert.equal(Table.LocalSecondaryIndexes[0].Projection.ProjectionType, 'ALL');
  assert.deepEqual(Table.AttributeDefinitions.map(({ AttributeName, AttributeType }) => `${AttributeName} ${AttributeType}`).sort(),
    ['country S', 'id S', 'number N', 'time B', 'year N']);

  await page.getByRole('tab', { name: 'Overview' }).click();
  await page.getByRole('button', { name: 'New index' }).click();
  await dialog().getByLabel('Index name').fill('ByCountry');
  await dialog().getByRole('textbox', { name: 'Partition key attribute' }).fill('price');
  await dialog().locator('[name=index-hash-type-0]').selectOption('N');
  await dialog().locator('[name=projection]').selectOption('KEYS_ONLY');
  await dialog().getByRole('button', { name: 'Create index' }).click();
  await dialog().getByRole('alert').getByText('Attempting to create an index which already exists').waitFor();
  await dialog().getByLabel('Index name').fill('ByPrice');
  await page.keyboard.press('Control+Enter');
  await gone(dialog());
  const row = page.locator('tr', { hasText: 'ByPrice' });
  await row.getByText('active', { exact: true }).waitFor();
  if (!process.env.DISTRIBUTED) { // a distributed table has no vector index
    const vector = {
      IndexName: 'ByMeaning', VectorAttribute: { AttributeName: 'embedding' }, Dimensions: 384, DistanceFunction: 'COSINE',
      Projection: { ProjectionType: 'KEYS_ONLY' },
    };
    sql(`SELECT dynapg.update_table('${JSON.stringify({ TableName: indexed, VectorIndexUpdates: [{ Create: vector }] })}'::json)`);
    await page.getByRole('button', { name: 'Read again' }).click();
    const vectorRow = page.locator('tr', { hasText: 'ByMeaning' });
    await vectorRow.getByText('active', { exact: true }).waitFor();
    assert.deepEqual(await vectorRow.locator('td').allInnerTexts(), ['ByMeaning', 'embedding', '384', 'cosine', '0', '0 B', 'active']);
  }
  await shot('indexes');
  assert.equal(await page.getByRole('button', { name: 'Delete the index ByTime' }).count(), 0, 'a local index goes with its table alone');
  await page.getByRole('button', { name: 'Delete the index ByPrice' }).click();
  await dialog().getByRole('button', { name: 'Delete index' }).click();
  await gone(dialog());
  await gone(row);
  const after = (await api.send(new DescribeTableCommand({ TableName: indexed }))).Table;
  assert.deepEqual(after.GlobalSecondaryIndexes.map(({ IndexName }) => IndexName), ['ByCountry']);
});

section('PartiQL: a result, parameters, an error in the service\'s words', async () => {
  await open('partiql');
  await page.getByLabel('Statement', { exact: true }).fill(`SELECT * FROM "${table}" WHERE id = ? AND number < 3`);
  await page.getByLabel('Parameters').fill('[{"S": "many"}]');
  await page.keyboard.press('Control+Enter');
  await page.locator('.cost').getByText('3 items').waitFor();
  await page.getByLabel('Parameters').fill('');
  await page.getByLabel('Statement', { exact: true }).fill(`INSERT INTO "${table}" VALUE {'id': 'form', 'number': 1}`);
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByRole('alert').getByText('DuplicateItemException').waitFor();
  await page.getByLabel('Statement', { exact: true }).fill('SELEC');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByRole('alert').getByText('ValidationException').waitFor();
});

section('statistics and access: what this role may see', async () => {
  await open('statistics');
  await page.getByText('wire may not see statistics').waitFor();
  await open('access');
  await page.locator('code', { hasText: credentials.accessKeyId }).first().waitFor();
  await page.locator('.grant', { hasText: table }).getByText('owner').waitFor();
  await shot('access');
});

section('access keys: made, the secret shown once, disabled, enabled, dropped', async () => {
  const works = async (accessKeyId, secretAccessKey) => {
    const client = new DynamoDBClient({ ...config, credentials: { accessKeyId, secretAccessKey } });
    try {
      await client.send(new DescribeTableCommand({ TableName: table }));
      return 'works';
    } catch (error) {
      return error.name;
    }
  };
  await page.getByRole('button', { name: 'New key' }).click();
  assert.deepEqual(await dialog().locator('option').allInnerTexts(), ['wire'], 'a role has keys made for itself and those that it manages');
  await dialog().getByRole('button', { name: 'Create key' }).click();
  await dialog().getByText('never again').waitFor();
  await shot('access-key');
  const [id, secret] = await dialog().locator('.secret code').allInnerTexts();
  assert.equal(await works(id, secret), 'works');
  await dialog().getByRole('button', { name: 'I have kept the secret' }).click();
  await gone(dialog());
  assert.ok(!(await page.content()).includes(secret), 'the page forgets it');
  const row = page.locator('tr', { hasText: id });
  await row.getByRole('button', { name: 'Disable' }).click();
  await row.getByText('disabled').waitFor();
  assert.equal(await works(id, secret), 'UnrecognizedClientException');
  await row.getByRole('button', { name: 'Enable' }).click();
  await row.getByText('enabled').waitFor();
  assert.equal(await works(id, secret), 'works');
  assert.equal(await page.locator('tr', { hasText: 'this one' }).getByRole('button', { name: 'Disable' }).count(), 0);
  await row.getByRole('button', { name: `Drop ${id}` }).click();
  await dialog().getByRole('button', { name: 'Drop key' }).click();
  await gone(row);
  assert.equal(await works(id, secret), 'UnrecognizedClientException');
  sql('REVOKE EXECUTE ON FUNCTION dynapg.create_access_key(regrole) FROM PUBLIC', 'postgres');
  await page.getByRole('button', { name: 'New key' }).click();
  await dialog().getByRole('button', { name: 'Create key' }).click();
  await dialog().getByRole('alert').getByText('AccessDeniedException').waitFor();
  await page.keyboard.press('Escape');
  sql('GRANT EXECUTE ON FUNCTION dynapg.create_access_key(regrole) TO PUBLIC', 'postgres');
});

section('ten thousand tables', async () => {
  const all = Array.from({ length: 10000 }, (_, i) => `t${String(i).padStart(5, '0')}`);
  await page.route(`${endpoint}/`, (route) => {
    if (route.request().headers()['x-amz-target'] !== 'DynamoDB_20120810.ListTables') {
      return route.fallback();
    }
    const from = all.indexOf(route.request().postDataJSON().ExclusiveStartTableName) + 1;
    const names = all.slice(from, from + 100);
    return route.fulfill({ json: { TableNames: names, ...(from + 100 < all.length && { LastEvaluatedTableName: names.at(-1) }) } });
  });
  await open('tables');
  await page.getByRole('button', { name: 'Read again' }).click();
  await page.locator('.table-count').getByText('10,000 tables', { exact: true }).waitFor();
  assert.ok(await page.locator('.row').count() < 150, 'those that are visible are drawn');
  // The filter has the focus before the next key arrives, however fast that is.
  const focused = await page.evaluate(() => {
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true, cancelable: true }));
    return document.activeElement.id;
  });
  assert.equal(focused, 'table-filter');
  await page.keyboard.type('t0999');
  await page.locator('.table-count').getByText('10 of 10,000').waitFor();
  await page.locator('.table-links').getByText('t09999').waitFor();
  await page.locator('.tables-card .long').evaluate((box) => { box.scrollTop = box.scrollHeight; });
  await page.locator('.table-row').getByText('t09999').waitFor();
  await page.unroute(`${endpoint}/`);
});

section('a narrow screen, in the dark', async () => {
  await page.setViewportSize({ width: 390, height: 780 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await open(`table/${table}/items`);
  await rows().first().waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, 'nothing is wider than the screen');
  await shot('narrow');
  await open(`table/${indexed}/overview`);
  await page.getByRole('button', { name: 'New index' }).click();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await shot('narrow-index');
  await page.keyboard.press('Escape');
  await open('access');
  await page.getByRole('button', { name: 'New key' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await shot('narrow-access');
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('link', { name: 'PartiQL' }).click();
  await page.getByRole('heading', { name: 'PartiQL' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await page.setViewportSize({ width: 1280, height: 860 });
});

section('a connection that is lost comes back', async () => {
  await open(`table/${table}/items`);
  await rows().first().waitFor();
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('The connection to the server is lost').waitFor();
  await context.setOffline(false);
  await gone(page.getByText('The connection to the server is lost'));
  await page.getByRole('button', { name: 'Run' }).click();
  await gone(page.locator('main .error'));
});

section('a key that is dropped ends the session', async () => {
  await page.getByRole('button', { name: 'Sign out' }).click();
  const [id, secret] = sql("SELECT * FROM dynapg.create_access_key('wire')").split(' ');
  await signIn(id, secret);
  await rows().first().waitFor();
  sql(`SELECT dynapg.drop_access_key('${id}')`);
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('Your key no longer works here').waitFor();
  await signIn(credentials.accessKeyId, credentials.secretAccessKey);
  await rows().first().waitFor();
});

section('a role without rights on the table, which may see statistics', async () => {
  sql('CREATE ROLE wire_watch LOGIN IN ROLE pg_monitor', 'postgres');
  const key = sql("SELECT * FROM dynapg.create_access_key('wire_watch')", 'postgres');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(...key.split(' '));
  await page.getByRole('alert').getByText('AccessDeniedException').first().waitFor();
  await open('tables');
  assert.ok(await page.getByRole('button', { name: 'New table' }).isDisabled());
  await page.locator('.table-row', { hasText: table }).waitFor();
  await open(`table/${indexed}/overview`);
  await page.getByRole('button', { name: 'New index' }).click();
  await dialog().getByLabel('Index name').fill('ByOther');
  await dialog().getByRole('textbox', { name: 'Partition key attribute' }).fill('other');
  await dialog().getByRole('button', { name: 'Create index' }).click();
  await dialog().getByRole('alert').getByText('AccessDeniedException').waitFor();
  await page.keyboard.press('Escape');
  await gone(dialog());
  await open('access');
  await page.locator('.grant', { hasText: table }).locator('.badge.off').nth(3).waitFor();
  await open('statistics');
  await page.locator('.chart .line').first().waitFor({ state: 'attached' });
  await get('form');
  await page.locator('.chart', { hasText: 'Requests' }).getByText('GetItem').waitFor();
  await page.locator('td', { hasText: 'ConditionalCheckFailedException' }).first().waitFor();
  await shot('statistics');
  sql('DROP ROLE wire_watch', 'postgres');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await open(`table/${table}/items`);
  await signIn(credentials.accessKeyId, credentials.secretAccessKey);
  await rows().first().waitFor();
});

section('the address of the page has a namespace for requests without a signature, and a region for signatures', async () => {
  const other = await context.newPage();
  const first = other.waitForRequest(`${endpoint}/console/api/role`);
  await other.goto(`${endpoint}/console/?namespace=gw0@eu-west-1%0Ax&region=eu-west-1`);
  assert.equal((await first).headers()['x-dynapg-namespace'], 'gw0@eu-west-1?x');
  await other.getByLabel('Access key ID').fill(credentials.accessKeyId);
  await other.getByLabel('Secret access key').fill(credentials.secretAccessKey);
  const signed = other.waitForRequest(`${endpoint}/console/api/role`);
  await other.getByRole('button', { name: 'Sign in' }).click();
  assert.match((await signed).headers().authorization, /\/eu-west-1\/dynamodb\//);
  assert.equal((await signed).headers()['x-dynapg-namespace'], undefined);
  await other.getByRole('heading', { name: 'Tables', exact: true }).waitFor();
  await other.close();
});

section('a page of another origin can neither show the console in a frame nor look into its window', async () => {
  const server = createServer((request, response) => response.setHeader('Content-Type', 'text/html').end(`<iframe src="${endpoint}/console/"></iframe>`));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const other = await context.newPage();
  const refusal = other.waitForEvent('console', (message) => message.text().includes("frame-ancestors 'none'"));
  await other.goto(`http://localhost:${server.address().port}/`);
  await refusal;
  assert.notEqual(other.frames()[1].url(), `${endpoint}/console/`);
  const opened = await other.evaluate((url) => new Promise((resolve) => {
    const child = open(url);
    setTimeout(() => resolve(child === null || child.closed), 1500);
  }), `${endpoint}/console/`);
  assert.equal(opened, true);
  await other.close();
  server.close();
});

section('delete the table; its name has to be typed', async () => {
  await page.getByRole('tab', { name: 'Overview' }).click();
  await page.getByRole('button', { name: 'Delete table' }).click();
  assert.ok(await dialog().getByRole('button', { name: 'Delete table' }).isDisabled());
  await dialog().getByLabel(table).fill(table);
  await dialog().getByRole('button', { name: 'Delete table' }).click();
  await page.getByRole('heading', { name: 'Tables', exact: true }).waitFor();
});

section('nothing went elsewhere, and no script ran out of data', async () => {
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.deepEqual(outside, []);
  await page.reload();
  await page.getByLabel('Access key ID').waitFor();
  await browser.close();
  await api.send(new DeleteTableCommand({ TableName: table })).catch(() => {});
  await api.send(new DeleteTableCommand({ TableName: indexed })).catch(() => {});
});

await main();
