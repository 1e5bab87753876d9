// admin.mjs - dynamodb-admin in a headless Chromium: create a table, add an item, query it, drop the table.
//
// It is started as docs/recipes.md says.  Keeps a screenshot of the query's result in WIRE_ARTEFACTS.  CHROMIUM names the browser.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { assert, endpoint, main, section } from './wire.mjs';

const executablePath = process.env.CHROMIUM;
const screenshot = join(process.env.WIRE_ARTEFACTS, 'dynamodb-admin.png');
const table = 'wire_admin';

if (!executablePath || !existsSync(executablePath)) {
  console.log('skipped: there is no Chromium (package chromium)');
  process.exit(77);
}

// Starts the program on a free port and returns its address.
async function startAdmin() {
  const program = join(dirname(createRequire(import.meta.url).resolve('dynamodb-admin')), 'dynamodb-admin.js');
  const recipes = readFileSync(join(dirname(process.env.DYNAPG_README), 'docs', 'recipes.md'), 'utf8');
  const [, option] = recipes.match(/^npx dynamodb-admin (--\S+) http:\/\/localhost:8000$/m);
  const [skip] = recipes.match(/--skip-default-credentials/);
  const admin = spawn(process.execPath, [program, '-H', '127.0.0.1', '-p', '0', option, endpoint, skip],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => admin.kill());
  let output = '';
  return new Promise((resolve, reject) => {
    admin.on('exit', () => reject(new Error(`dynamodb-admin did not start: ${output}`)));
    admin.stdout.on('data', (chunk) => {
      output += chunk;
      const [, address] = output.match(/listening on (http:\S+)/) ?? [];
      if (address) resolve(address);
    });
  });
}

let browser;
let page;
let address;

// Clicks and waits for the page that follows; an error that the page shows instead is the failure.
async function follow(url, button) {
  await page.locator(button).click();
  await Promise.race([
    page.waitForURL(url),
    page.locator('#error-wrapper .alert').waitFor().then(async () => assert.fail(await page.locator('#error-wrapper').innerText())),
  ]);
}

section('start dynamodb-admin and the browser', async () => {
  address = await startAdmin();
  browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  page.setDefaultTimeout(60000);
  page.on('dialog', (dialog) => dialog.accept());
  await page.goto(address);
  await page.getByRole('link', { name: 'Create table' }).first().waitFor();
});

section('create a table', async () => {
  await page.goto(`${address}/create-table`);
  await page.fill('#TableName', table);
  await page.fill('#HashAttributeName', 'id');
  await page.fill('#RangeAttributeName', 'number');
  await page.selectOption('select[name=RangeAttributeType]', 'N');
  await page.click('#new-index');
  await page.fill('input[name=secondary-index-1-IndexName]', 'byColour');
  await page.fill('input[name=secondary-index-1-HashAttributeName]', 'colour');
  await page.selectOption('select[name=secondary-index-1-HashAttributeType]', 'S');

  // dynamodb-admin sends the capacities as strings, which the service refuses; it shows the service's words.
  await page.click('#saveButton');
  await page.getByText('STRING_VALUE cannot be converted to Long').waitFor();
  await page.route('**/create-table', (route) => route.continue({
    postData: route.request().postData()?.replace(/("(?:Read|Write)CapacityUnits":)"(\d+)"/g, '$1$2'),
  }));
  await page.click('#saveButton');
  await page.waitForURL(`${address}/`);
  await page.getByRole('link', { name: table }).first().waitFor();
});

section('add items', async () => {
  for (const number of [1, 2, 3]) {
    await page.goto(`${address}/tables/${table}/add-item`);
    const item = { id: 'läuft', number, colour: number === 2 ? 'red' : 'blue', nested: { list: [1, 'two', null, true], empty: {} } };
    await page.evaluate((value) => window.ace.edit('documentTextarea').setValue(value), JSON.stringify(item));
    await follow(/\/items\//, '#saveButton');
    const saved = await page.evaluate(() => window.ace.edit('documentTextarea').getValue());
    assert.deepEqual(JSON.parse(saved), item);
  }
});

// Fills the row of the filters that belongs to the attribute; a partition key has no choice of operators.
async function fillFilter(attribute, type, value, operator) {
  const keys = await page.locator('.filter-row-key').evaluateAll((inputs) => inputs.map((input) => input.value));
  assert.ok(keys.includes(attribute), keys.join());
  const row = page.locator('#filters-table tr').nth(keys.indexOf(attribute));
  await row.locator('.filter-row-value').fill(value);
  await row.locator('.filter-row-type').selectOption(type);
  if (operator) {
    await row.locator('.filter-row-operator').selectOption(operator);
  }
}

section('query the table, then the index; keep a screenshot', async () => {
  await page.goto(`${address}/tables/${table}`);
  await page.locator('#items-container tr').nth(2).waitFor();
  assert.equal(await page.locator('#items-container tr').count(), 3);

  const filters = (fields) => encodeURIComponent(JSON.stringify(fields));
  await page.goto(`${address}/tables/${table}?operationType=query&queryableSelection=byColour&filters=${filters({ colour: { type: 'S', operator: '=', value: 'red' } })}`);
  await page.locator('#items-container tr').first().waitFor();
  assert.equal(await page.locator('#items-container tr').count(), 1);

  await page.goto(`${address}/tables/${table}`);
  await page.locator('#items-container tr').first().waitFor();
  await page.selectOption('select[name=operationType]', 'query');
  await fillFilter('id', 'S', 'läuft');
  await fillFilter('number', 'N', '2', '>=');
  await follow(/operationType=query/, 'button[type=submit]');
  await page.locator('#items-container tr').first().waitFor();
  await page.screenshot({ path: screenshot, fullPage: true });
  assert.ok(statSync(screenshot).size > 10000, 'the screenshot is there');
  const rows = await page.locator('#items-container tr').allInnerTexts();
  assert.equal(rows.length, 2, rows.join('\n'));
  assert.ok(rows.every((text) => text.includes('läuft')));
});

section('an error is shown as the service words it', async () => {
  const reply = await page.evaluate(async (path) => {
    const response = await fetch(path, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ id: 'x' }) });
    return [response.ok, JSON.parse(await response.text()).message];
  }, `/tables/${table}/add-item`);
  assert.deepEqual(reply, [false, 'One or more parameter values were invalid: Missing the key number in the item']);
});

section('delete an item, drop the table', async () => {
  await page.goto(`${address}/tables/${table}/items/${encodeURIComponent('läuft')},1`);
  await follow(`${address}/tables/${table}`, 'button.btn-danger');
  await page.locator('#items-container tr').nth(1).waitFor();
  assert.equal(await page.locator('#items-container tr').count(), 2);
  const status = await page.evaluate(async (path) => (await fetch(path, { method: 'DELETE' })).status, `/tables/${table}`);
  assert.ok(status < 300);
  await page.goto(address);
  assert.equal(await page.getByRole('link', { name: table, exact: true }).count(), 0);
  await browser.close();
});

await main();
