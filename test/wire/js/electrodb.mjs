// electrodb.mjs - ElectroDB: two entities and a service on one table, collections, conditions, pages.

import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import electrodb from 'electrodb';
import { assert, config, main, rejects, section } from './wire.mjs';

const { Entity, Service } = electrodb;
const client = new DynamoDBClient(config);
const table = 'wire_electrodb';

const Employee = new Entity({
  model: { entity: 'employee', version: '1', service: 'works' },
  attributes: {
    employee: { type: 'string' }, first: { type: 'string', required: true }, salary: { type: 'number', default: 0 },
    team: { type: ['red', 'blue'], required: true }, skills: { type: 'set', items: 'string' },
    address: { type: 'map', properties: { street: { type: 'string' }, zip: { type: 'number' } } },
    history: { type: 'list', items: { type: 'string' } }, updatedAt: { type: 'number', watch: '*', set: () => 7 },
  },
  indexes: {
    employee: { pk: { field: 'pk', composite: ['employee'] }, sk: { field: 'sk', composite: [] } },
    teams: { collection: 'company', index: 'gsi1', pk: { field: 'gsi1pk', composite: ['team'] }, sk: { field: 'gsi1sk', composite: ['employee'] } },
  },
}, { client, table });

const Task = new Entity({
  model: { entity: 'task', version: '1', service: 'works' },
  attributes: { task: { type: 'string' }, team: { type: 'string' }, points: { type: 'number' }, open: { type: 'boolean' } },
  indexes: {
    task: { pk: { field: 'pk', composite: ['task'] }, sk: { field: 'sk', composite: [] } },
    teams: { collection: 'company', index: 'gsi1', pk: { field: 'gsi1pk', composite: ['team'] }, sk: { field: 'gsi1sk', composite: ['task'] } },
  },
}, { client, table });

const works = new Service({ Employee, Task }, { client, table });

// ElectroDB wraps what DynamoDB refused.
const refused = (promise, name, message) => rejects(promise.catch((error) => { throw error.cause ?? error; }), name, message);

section('create the table', async () => {
  await client.send(new CreateTableCommand({
    TableName: table, BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
    AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    GlobalSecondaryIndexes: [{ IndexName: 'gsi1', Projection: { ProjectionType: 'ALL' },
      KeySchema: [{ AttributeName: 'gsi1pk', KeyType: 'HASH' }, { AttributeName: 'gsi1sk', KeyType: 'RANGE' }] }],
  }));
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName: table });
});

section('put, create, get, upsert', async () => {
  await Employee.put({ employee: 'ada', first: 'Ada', team: 'red', skills: ['math'], address: { street: 'A', zip: 1 }, history: ['x'] }).go();
  const { data } = await Employee.get({ employee: 'ada' }).go();
  assert.deepEqual(data, { employee: 'ada', first: 'Ada', team: 'red', salary: 0, skills: ['math'], address: { street: 'A', zip: 1 }, history: ['x'], updatedAt: 7 });
  assert.equal((await Employee.get({ employee: 'nobody' }).go()).data, null);
  await refused(Employee.create({ employee: 'ada', first: 'Other', team: 'red' }).go(), 'ConditionalCheckFailedException', 'The conditional request failed');
  const upserted = await Employee.upsert({ employee: 'bob', first: 'Bob', team: 'blue', salary: 10 }).go({ response: 'all_new' });
  assert.equal(upserted.data.salary, 10);
});

section('patch, update, delete', async () => {
  const { data } = await Employee.patch({ employee: 'ada' }).set({ first: 'Augusta' }).add({ salary: 5, skills: ['poetry'] }).append({ history: ['y', 'z'] })
    .data((attributes, { set }) => { set(attributes.address.street, 'B'); })
    .where(({ salary, skills }, { lt, contains }) => `${lt(salary, 1)} AND ${contains(skills, 'math')}`).go({ response: 'all_new' });
  assert.deepEqual([data.first, data.salary, data.skills.sort(), data.address], ['Augusta', 5, ['math', 'poetry'], { street: 'B', zip: 1 }]);
  assert.deepEqual(data.history, ['x', 'y', 'z']);
  const shorter = await Employee.patch({ employee: 'ada' }).data((attributes, { remove }) => remove(attributes.history[0])).go({ response: 'all_new' });
  assert.deepEqual(shorter.data.history, ['y', 'z']);
  await refused(Employee.patch({ employee: 'nobody' }).set({ salary: 1 }).go(), 'ConditionalCheckFailedException', 'The conditional request failed');
  await refused(Employee.delete({ employee: 'bob' }).where(({ salary }, { eq }) => eq(salary, 11)).go(), 'ConditionalCheckFailedException', 'The conditional request failed');
  await refused(Employee.remove({ employee: 'nobody' }).go(), 'ConditionalCheckFailedException', 'The conditional request failed');
});

section('queries, a collection, pages', async () => {
  for (let i = 0; i < 15; i++) {
    await Task.put({ task: `t${String(i).padStart(2, '0')}`, team: 'red', points: i, open: i % 2 === 0 }).go();
  }
  const red = await Task.query.teams({ team: 'red' }).begins({ task: 't0' }).where(({ open }, { eq }) => eq(open, true)).go();
  assert.deepEqual(red.data.map((task) => task.points), [0, 2, 4, 6, 8]);
  const between = await Task.query.teams({ team: 'red' }).between({ task: 't05' }, { task: 't08' }).go({ order: 'desc' });
  assert.deepEqual(between.data.map((task) => task.points), [8, 7, 6, 5]);
  const company = await works.collections.company({ team: 'red' }).go();
  assert.deepEqual([company.data.Employee.length, company.data.Task.length], [1, 15]);
  let cursor = null;
  const seen = [];
  do {
    const page = await Task.query.teams({ team: 'red' }).go({ cursor, limit: 4 });
    seen.push(page.data.map((task) => task.points));
    cursor = page.cursor;
  } while (cursor !== null);
  assert.deepEqual(seen.flat(), Array.from({ length: 15 }, (_, i) => i));
  const scanned = await Task.scan.where(({ points }, { gte }) => gte(points, 13)).go({ pages: 'all' });
  assert.deepEqual(scanned.data.map((task) => task.points).sort(), [13, 14]);
});

section('batches', async () => {
  const put = await Task.put(Array.from({ length: 30 }, (_, i) => ({ task: `b${i}`, team: 'blue', points: i, open: true }))).go();
  assert.deepEqual(put.unprocessed, []);
  const got = await Task.get([{ task: 'b1' }, { task: 'b29' }, { task: 'b99' }]).go();
  assert.deepEqual(got.data.map((task) => task.points).sort(), [1, 29]);
  await Task.delete([{ task: 'b1' }, { task: 'b2' }]).go();
  assert.equal((await Task.query.teams({ team: 'blue' }).go({ pages: 'all' })).data.length, 28);
});

section('transactions', async () => {
  const done = await works.transaction.write(({ Employee: employee, Task: task }) => [
    employee.patch({ employee: 'ada' }).add({ salary: 1 }).commit(), task.create({ task: 'tx', team: 'red', points: 1 }).commit(),
  ]).go();
  assert.equal(done.canceled, false);
  const undone = await works.transaction.write(({ Employee: employee, Task: task }) => [
    employee.patch({ employee: 'ada' }).add({ salary: 1 }).commit(), task.create({ task: 'tx', team: 'red', points: 1 }).commit({ response: 'all_old' }),
  ]).go();
  assert.equal(undone.canceled, true);
  assert.deepEqual(undone.data.map((result) => result.code), ['None', 'ConditionalCheckFailed']);
  assert.equal(undone.data[1].item.points, 1);
  const read = await works.transaction.get(({ Employee: employee, Task: task }) => [employee.get({ employee: 'ada' }).commit(), task.get({ task: 'tx' }).commit()]).go();
  assert.deepEqual([read.data[0].item.salary, read.data[1].item.points], [6, 1]);
});

section('drop the table', async () => {
  await client.send(new DeleteTableCommand({ TableName: table }));
});

await main();
