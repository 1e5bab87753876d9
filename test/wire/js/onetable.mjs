// onetable.mjs - dynamodb-onetable: a single-table schema that creates its table, models, unique fields, pages, sequences.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Table } from 'dynamodb-onetable';
import { assert, config, main, section } from './wire.mjs';

const client = new DynamoDBClient(config);

const schema = {
  format: 'onetable:1.1.0', version: '0.0.1',
  indexes: { primary: { hash: 'pk', sort: 'sk' }, gs1: { hash: 'gs1pk', sort: 'gs1sk', project: 'all' } },
  models: {
    Account: {
      pk: { type: String, value: 'account#${id}' }, sk: { type: String, value: 'account#' },
      id: { type: String, generate: 'ulid' }, name: { type: String, required: true }, balance: { type: Number, default: 0 },
    },
    User: {
      pk: { type: String, value: 'account#${accountId}' }, sk: { type: String, value: 'user#${email}' },
      accountId: { type: String, required: true }, email: { type: String, required: true }, age: { type: Number },
      role: { type: String, enum: ['user', 'admin'], default: 'user' }, joined: { type: Date }, tags: { type: Set },
      address: { type: Object, schema: { street: { type: String }, zip: { type: String } } }, scores: { type: Array },
      gs1pk: { type: String, value: 'role#${role}' }, gs1sk: { type: String, value: 'user#${email}' },
    },
    Token: {
      pk: { type: String, value: 'token#${id}' }, sk: { type: String, value: 'token#' },
      id: { type: String, required: true }, code: { type: String, unique: true, required: true },
    },
  },
  params: { isoDates: true, timestamps: true },
};

const table = new Table({ client, name: 'wire_onetable', schema, partial: true, logger: false });
const Account = table.getModel('Account');
const User = table.getModel('User');
const Token = table.getModel('Token');

// OneTable wraps what DynamoDB refused in an error of its own; its code is DynamoDB's name or its own word for it.
async function refused(promise, code) {
  try {
    await promise;
  } catch (error) {
    assert.equal(error.code, code, `${error.code}: ${error.message}`);
    return;
  }
  assert.fail(`${code} expected`);
}

let account;

section('the table is created and described', async () => {
  assert.equal(await table.exists(), false);
  await table.createTable();
  assert.equal(await table.exists(), true);
  const { Table: description } = await table.describeTable();
  assert.equal(description.TableStatus, 'ACTIVE');
  assert.deepEqual(description.GlobalSecondaryIndexes.map((index) => index.IndexName), ['gs1']);
});

section('create, get, update, remove', async () => {
  account = await Account.create({ name: 'Acme' });
  assert.match(account.id, /^[0-9A-Z]{26}$/);
  const joined = new Date('2024-05-06T07:08:09.010Z');
  await User.create({ accountId: account.id, email: 'ada@example.com', age: 36, joined, tags: new Set(['a', 'b']), address: { street: 'A', zip: '1' }, scores: [1, [2]] });
  const user = await User.get({ accountId: account.id, email: 'ada@example.com' });
  assert.deepEqual([user.age, user.role, user.joined.getTime(), [...user.tags].sort(), user.address, user.scores],
    [36, 'user', joined.getTime(), ['a', 'b'], { street: 'A', zip: '1' }, [1, [2]]]);
  await refused(User.create({ accountId: account.id, email: 'ada@example.com' }), 'ConditionalCheckFailedException');
  const updated = await User.update({ accountId: account.id, email: 'ada@example.com', address: { zip: '2' } },
    { add: { age: 1 }, push: { scores: [3] }, remove: ['joined'], where: '${age} = {36} and contains(${tags}, {a})' });
  assert.deepEqual([updated.age, updated.scores, updated.address, updated.joined], [37, [1, [2], 3], { street: 'A', zip: '2' }, undefined]);
  await refused(User.update({ accountId: account.id, email: 'ada@example.com', age: 1 }, { where: '${age} = {1}' }),
    'ConditionalCheckFailedException');
  await User.remove({ accountId: account.id, email: 'ada@example.com' });
  assert.equal(await User.get({ accountId: account.id, email: 'ada@example.com' }), undefined);
});

section('find, scan, pages, collections', async () => {
  for (let i = 0; i < 12; i++) {
    await User.create({ accountId: account.id, email: `u${String(i).padStart(2, '0')}@example.com`, age: i, role: i % 3 ? 'user' : 'admin' });
  }
  const some = await User.find({ pk: `account#${account.id}`, sk: { begins: 'user#u0' } }, { where: '${age} > {5}' });
  assert.deepEqual(some.map((user) => user.age), [6, 7, 8, 9]);
  const admins = await User.find({ role: 'admin' }, { index: 'gs1' });
  assert.deepEqual(admins.map((user) => user.age), [0, 3, 6, 9]);
  let next;
  const seen = [];
  do {
    const page = await User.find({ accountId: account.id }, { limit: 5, next });
    seen.push(page.length);
    next = page.next;
  } while (next);
  assert.equal(seen.reduce((sum, count) => sum + count), 12);
  const back = await User.find({ accountId: account.id }, { limit: 3, reverse: true });
  assert.deepEqual(back.map((user) => user.age), [11, 10, 9]);
  assert.equal((await User.scan({}, { where: '${age} < {2}' })).length, 2);
  assert.equal((await User.scan({}, { count: true })).count, 12);
  const all = await table.fetch(['User', 'Account'], { pk: `account#${account.id}` });
  assert.deepEqual([all.User.length, all.Account.length], [12, 1]);
});

section('batches', async () => {
  const batch = {};
  for (let i = 0; i < 10; i++) {
    await Account.create({ id: `b${i}`, name: `B${i}` }, { batch });
  }
  await table.batchWrite(batch);
  const get = {};
  await Account.get({ id: 'b3' }, { batch: get });
  await Account.get({ id: 'b7' }, { batch: get });
  const found = await table.batchGet(get, { parse: true, hidden: false });
  assert.deepEqual(found.map((one) => one.name).sort(), ['B3', 'B7']);
});

section('transactions and unique fields', async () => {
  await Token.create({ id: '1', code: 'xyz' });
  await refused(Token.create({ id: '2', code: 'xyz' }), 'UniqueError');
  assert.equal(await Token.get({ id: '2' }), undefined);
  const transaction = {};
  await Account.update({ id: account.id }, { add: { balance: 5 }, transaction });
  await Account.create({ id: 'tx', name: 'T' }, { transaction });
  await table.transact('write', transaction);
  assert.equal((await Account.get({ id: account.id })).balance, 5);
  await Token.remove({ id: '1' });
  await Token.create({ id: '2', code: 'xyz' });
});

section('drop the table', async () => {
  await table.deleteTable('DeleteTableForever');
  assert.equal(await table.exists(), false);
});

await main();
