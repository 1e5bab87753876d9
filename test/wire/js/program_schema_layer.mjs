// program_schema_layer.mjs - a schema layer over SDK v3: models of lists, maps, sets and unions, conditions and updates as objects.
//
// The layer is small but whole: a schema checks and marshals values, and conditions and updates given as plain objects
// are compiled to expressions with placeholders.

import {
  BatchGetItemCommand, BatchWriteItemCommand, CreateTableCommand, DeleteItemCommand, DeleteTableCommand, DynamoDBClient, GetItemCommand,
  PutItemCommand, QueryCommand, ScanCommand, TransactGetItemsCommand, TransactWriteItemsCommand, UpdateItemCommand, waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { assert, config, main, rejects, section } from './wire.mjs';

const client = new DynamoDBClient(config);

// ---- the layer ----

const types = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  binary: (value) => value instanceof Uint8Array,
  set: (of) => (value) => value instanceof Set && [...value].every(of),
  list: (of) => (value) => Array.isArray(value) && value.every(of),
  map: (shape) => (value) => value !== null && typeof value === 'object'
    && Object.entries(shape).every(([name, check]) => value[name] === undefined || check(value[name])),
  union: (...checks) => (value) => checks.some((check) => check(value)),
};

// Compiles conditions and updates; collects the placeholders of one request.
class Compiler {
  names = {};
  values = {};

  path(text) {
    return text.replace(/[^.[\]]+(?![^[]*\])/g, (name) => {
      this.names[`#${name}`] = name;
      return `#${name}`;
    });
  }

  value(value) {
    const placeholder = `:v${Object.keys(this.values).length}`;
    this.values[placeholder] = value;
    return placeholder;
  }

  comparison(operand, operator, value) {
    switch (operator) {
      case 'between': return `${operand} BETWEEN ${this.value(value[0])} AND ${this.value(value[1])}`;
      case 'in': return `${operand} IN (${value.map((one) => this.value(one)).join(', ')})`;
      default: return `${operand} ${operator} ${this.value(value)}`;
    }
  }

  condition(condition) {
    const { and, or, not } = condition;
    if (and) return and.map((part) => `(${this.condition(part)})`).join(' AND ');
    if (or) return or.map((part) => `(${this.condition(part)})`).join(' OR ');
    if (not) return `NOT (${this.condition(not)})`;
    return Object.entries(condition).map(([attribute, test]) => {
      const path = this.path(attribute);
      const [[operator, value]] = Object.entries(test);
      switch (operator) {
        case 'exists': return value ? `attribute_exists(${path})` : `attribute_not_exists(${path})`;
        case 'contains': return `contains(${path}, ${this.value(value)})`;
        case 'beginsWith': return `begins_with(${path}, ${this.value(value)})`;
        case 'type': return `attribute_type(${path}, ${this.value(value)})`;
        case 'size': return this.comparison(`size(${path})`, ...Object.entries(value)[0]);
        default: return this.comparison(path, operator, value);
      }
    }).join(' AND ');
  }

  update(changes) {
    const set = [];
    const remove = [];
    for (const [attribute, change] of Object.entries(changes)) {
      const path = this.path(attribute);
      if (change === undefined) remove.push(path);
      else if (change?.ifNotExists !== undefined) set.push(`${path} = if_not_exists(${path}, ${this.value(change.ifNotExists)})`);
      else if (change?.append) set.push(`${path} = list_append(${path}, ${this.value(change.append)})`);
      else if (change?.prepend) set.push(`${path} = list_append(${this.value(change.prepend)}, ${path})`);
      else set.push(`${path} = ${this.value(change)}`);
    }
    return [set.length && `SET ${set.join(', ')}`, remove.length && `REMOVE ${remove.join(', ')}`].filter(Boolean).join(' ');
  }

  placeholders() {
    return {
      ...(Object.keys(this.names).length && { ExpressionAttributeNames: this.names }),
      ...(Object.keys(this.values).length && { ExpressionAttributeValues: marshall(this.values) }),
    };
  }
}

class Model {
  constructor(TableName, shape) {
    this.TableName = TableName;
    this.check = types.map(shape);
  }

  item(value) {
    assert.ok(this.check(value), 'the value does not fit the schema');
    return { TableName: this.TableName, Item: marshall(value) };
  }

  key(id, sort = 0) {
    return { TableName: this.TableName, Key: marshall({ id, sort }) };
  }

  guarded(request, { condition, update } = {}) {
    const compiler = new Compiler();
    return {
      ...request,
      ...(update && { UpdateExpression: compiler.update(update) }),
      ...(condition && { ConditionExpression: compiler.condition(condition) }),
      ...compiler.placeholders(),
    };
  }

  put(value, condition) {
    return client.send(new PutItemCommand(this.guarded(this.item(value), { condition })));
  }

  async update(id, update, condition) {
    const { Attributes } = await client.send(new UpdateItemCommand({ ...this.guarded(this.key(id), { update, condition }), ReturnValues: 'ALL_NEW' }));
    return unmarshall(Attributes);
  }

  delete(id, condition) {
    return client.send(new DeleteItemCommand(this.guarded(this.key(id), { condition })));
  }

  async get(id) {
    const { Item } = await client.send(new GetItemCommand({ ...this.key(id), ConsistentRead: true }));
    return Item && unmarshall(Item);
  }

  async query(key, filter) {
    const compiler = new Compiler();
    const { Items } = await client.send(new QueryCommand({
      TableName: this.TableName, KeyConditionExpression: compiler.condition(key),
      ...(filter && { FilterExpression: compiler.condition(filter) }), ...compiler.placeholders(),
    }));
    return Items.map((item) => unmarshall(item));
  }

  async scan(filter) {
    const compiler = new Compiler();
    const { Items } = await client.send(new ScanCommand({ TableName: this.TableName, FilterExpression: compiler.condition(filter), ...compiler.placeholders() }));
    return Items.map((item) => unmarshall(item));
  }
}

// ---- its use ----

const TableName = 'wire_schema_layer';
const People = new Model(TableName, {
  id: types.string, sort: types.number, name: types.string, friendId: types.list(types.string), scores: types.list(types.union(types.number, types.string, types.null)),
  address: types.map({ street: types.string, lines: types.list(types.string) }), tags: types.set(types.string), photo: types.binary, active: types.boolean,
});
const friendId = Array.from({ length: 10 }, (_, i) => `f${i}`);
const person = { id: 'p', sort: 0, name: 'Ada', friendId, scores: [1, 'two', null], address: { street: 'A', lines: ['x', 'y'] }, tags: new Set(['a', 'b']),
  photo: Uint8Array.of(1, 2, 3), active: true };

// Does the condition hold for the person? Asked with an update that changes nothing.
async function holds(condition) {
  try {
    await People.update('p', { name: 'Ada' }, condition);
    return true;
  } catch (error) {
    assert.deepEqual([error.name, error.message], ['ConditionalCheckFailedException', 'The conditional request failed']);
    return false;
  }
}

async function all(expected, conditions) {
  for (const condition of conditions) {
    assert.equal(await holds(condition), expected, JSON.stringify(condition));
  }
}

section('create the table, put and get', async () => {
  await client.send(new CreateTableCommand({
    TableName, BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }, { AttributeName: 'sort', KeyType: 'RANGE' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }, { AttributeName: 'sort', AttributeType: 'N' }],
  }));
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
  await People.put(person, { id: { exists: false } });
  assert.deepEqual(await People.get('p'), person);
  await rejects(People.put(person, { id: { exists: false } }), 'ConditionalCheckFailedException', 'The conditional request failed');
  await rejects((async () => People.put({ ...person, friendId: [1] }))(), 'AssertionError', 'the value does not fit the schema');
});

section('conditions on lists', async () => {
  await all(true, [
    { friendId: { '=': friendId } }, { friendId: { '<>': ['f0'] } }, { friendId: { exists: true } }, { enemyId: { exists: false } },
    { friendId: { contains: 'f3' } }, { scores: { contains: 1 } }, { scores: { contains: null } },
    { 'friendId[9]': { '=': 'f9' } }, { 'friendId[9]': { in: ['f8', 'f9'] } }, { 'friendId[10]': { exists: false } }, { 'address.lines[1]': { '=': 'y' } },
    { friendId: { '<>': 'f0' } },
  ]);
  await all(false, [
    { friendId: { '=': [...friendId].reverse() } }, { friendId: { '<>': friendId } }, { friendId: { exists: false } }, { friendId: { contains: 'f33' } },
    { scores: { contains: '1' } }, { 'friendId[9]': { '=': 'f8' } }, { 'friendId[10]': { '=': 'f9' } }, { friendId: { beginsWith: 'f0' } },
    { friendId: { '<': 'z' } },
  ]);
});

section('size with every comparator', async () => {
  await all(true, [
    { '=': 10 }, { '<>': 9 }, { '<': 11 }, { '<=': 10 }, { '>': 9 }, { '>=': 10 }, { between: [10, 12] }, { in: [1, 10] },
  ].map((size) => ({ friendId: { size } })));
  await all(false, [
    { '=': 9 }, { '<>': 10 }, { '<': 10 }, { '<=': 9 }, { '>': 10 }, { '>=': 11 }, { between: [11, 12] }, { in: [1, 2] },
  ].map((size) => ({ friendId: { size } })));
  await all(true, [{ name: { size: { '=': 3 } } }, { photo: { size: { '=': 3 } } }, { tags: { size: { '=': 2 } } }, { address: { size: { '=': 2 } } }]);
  await all(false, [{ active: { size: { '>=': 0 } } }, { sort: { size: { '>=': 0 } } }, { nothing: { size: { '=': 0 } } }]);
});

section('attribute_type with all ten types', async () => {
  for (const type of ['S', 'N', 'B', 'SS', 'NS', 'BS', 'BOOL', 'NULL', 'L', 'M']) {
    assert.equal(await holds({ friendId: { type } }), type === 'L', type);
  }
  await all(true, [{ name: { type: 'S' } }, { sort: { type: 'N' } }, { photo: { type: 'B' } }, { tags: { type: 'SS' } }, { active: { type: 'BOOL' } },
    { 'scores[2]': { type: 'NULL' } }, { address: { type: 'M' } }]);
  await rejects(People.update('p', { name: 'Ada' }, { name: { type: 'X' } }), 'ValidationException', /^.*Invalid attribute type name found; type: X, valid types: \{.*\}$/);
});

section('nested and, or, not', async () => {
  await all(true, [
    { and: [{ name: { '=': 'Ada' } }, { or: [{ active: { '=': false } }, { not: { friendId: { contains: 'zz' } } }] }] },
    { not: { and: [{ name: { '=': 'Ada' } }, { sort: { '>': 0 } }] } },
    { or: [{ and: [{ sort: { '=': 1 } }, { sort: { '=': 0 } }] }, { not: { not: { sort: { between: [0, 0] } } } }] },
  ]);
  await all(false, [
    { not: { or: [{ name: { beginsWith: 'A' } }, { sort: { '>': 0 } }] } },
    { and: [{ or: [{ sort: { '<': 0 } }, { sort: { '>': 0 } }] }, { name: { exists: true } }] },
  ]);
});

section('updates of lists', async () => {
  const list = async (update) => (await People.update('p', update)).friendId;
  await People.put({ ...person, friendId: ['a', 'b', 'c'] });
  assert.deepEqual(await list({ 'friendId[1]': 'B' }), ['a', 'B', 'c']);
  assert.deepEqual(await list({ 'friendId[9]': 'd', 'friendId[7]': 'e' }), ['a', 'B', 'c', 'e', 'd']);
  assert.deepEqual(await list({ friendId: { append: ['f', 'g'] } }), ['a', 'B', 'c', 'e', 'd', 'f', 'g']);
  assert.deepEqual(await list({ friendId: { prepend: ['y', 'z'] } }), ['y', 'z', 'a', 'B', 'c', 'e', 'd', 'f', 'g']);
  assert.deepEqual(await list({ 'friendId[0]': undefined }), ['z', 'a', 'B', 'c', 'e', 'd', 'f', 'g']);
  assert.deepEqual(await list({ 'friendId[0]': undefined, 'friendId[3]': undefined, 'friendId[99]': undefined, 'friendId[7]': undefined }), ['a', 'B', 'e', 'd', 'f']);
  assert.deepEqual(await list({ friendId: ['new'] }), ['new']);
  assert.deepEqual(await list({ friendId: { ifNotExists: ['other'] } }), ['new']);
  assert.deepEqual(await list({ friendId: undefined }), undefined);
  assert.deepEqual(await list({ friendId: { ifNotExists: ['other'] }, name: 'Eve', 'address.street': 'B' }), ['other']);
  const eve = await People.get('p');
  assert.deepEqual([eve.name, eve.address], ['Eve', { street: 'B', lines: ['x', 'y'] }]);
  await rejects(People.update('nobody', { friendId: { append: ['x'] } }), 'ValidationException',
    'The provided expression refers to an attribute that does not exist in the item');
  await rejects(People.update('p', { name: { append: ['x'] } }), 'ValidationException', 'An operand in the update expression has an incorrect data type');
  await rejects(People.update('p', { 'nowhere[0]': 'x' }), 'ValidationException', 'The document path provided in the update expression is invalid for update');
  assert.equal(await People.get('nobody'), undefined);
});

section('query, scan, delete', async () => {
  for (let sort = 0; sort < 8; sort++) {
    await People.put({ id: 'q', sort, name: `n${sort}`, scores: [sort], tags: new Set([sort % 2 ? 'odd' : 'even']) });
  }
  const found = await People.query({ and: [{ id: { '=': 'q' } }, { sort: { between: [2, 6] } }] }, { tags: { contains: 'even' } });
  assert.deepEqual(found.map((one) => one.sort), [2, 4, 6]);
  const scanned = await People.scan({ or: [{ 'scores[0]': { in: [3, 5] } }, { photo: { exists: true } }] });
  assert.deepEqual(scanned.map((one) => `${one.id}${one.sort}`).sort(), ['p0', 'q3', 'q5']);
  await rejects(People.delete('q', { name: { '=': 'other' } }), 'ConditionalCheckFailedException', 'The conditional request failed');
  await People.delete('q', { name: { '=': 'n0' } });
  assert.equal(await People.get('q'), undefined);
});

section('batchGet, batchPut, batchWrite', async () => {
  const write = (requests) => client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
  await write([0, 1, 2].map((sort) => ({ PutRequest: { Item: People.item({ id: 'b', sort, friendId }).Item } })));
  await write([{ DeleteRequest: { Key: People.key('b', 1).Key } }, { PutRequest: { Item: People.item({ id: 'b', sort: 3 }).Item } }]);
  const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [0, 1, 2, 3].map((sort) => People.key('b', sort).Key) } } }));
  assert.deepEqual(Responses[TableName].map((item) => item.sort.N).sort(), ['0', '2', '3']);
});

section('transactGet, transactWrite', async () => {
  const transaction = (name) => client.send(new TransactWriteItemsCommand({ TransactItems: [
    { Put: People.item({ id: 't', sort: 0, name: 'new' }) },
    { Update: People.guarded(People.key('p'), { update: { name: 'Zoe', friendId: { append: ['t'] } }, condition: { name: { '=': name } } }) },
    { Delete: People.guarded(People.key('q', 1), { condition: { id: { exists: true } } }) },
    { ConditionCheck: People.guarded(People.key('q', 2), { condition: { tags: { contains: 'even' } } }) },
  ] }));
  const error = await rejects(transaction('nobody'), 'TransactionCanceledException',
    'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, None, None]');
  assert.deepEqual(error.CancellationReasons.map((reason) => reason.Code), ['None', 'ConditionalCheckFailed', 'None', 'None']);
  assert.equal(await People.get('t'), undefined);
  await transaction('Eve');
  const { Responses } = await client.send(new TransactGetItemsCommand({ TransactItems: ['t', 'p', 'none'].map((id) => ({ Get: People.key(id) })) }));
  assert.deepEqual(Responses.map(({ Item }) => Item?.name.S), ['new', 'Zoe', undefined]);
  assert.deepEqual((await People.get('p')).friendId, ['other', 't']);
});

section('drop the table', async () => {
  await client.send(new DeleteTableCommand({ TableName }));
});

await main();
