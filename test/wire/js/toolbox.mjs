// toolbox.mjs - dynamodb-toolbox v2: a table, entities, commands, conditions, an access pattern over an index.

import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  $add, $append, $get, $remove, BatchDeleteRequest, BatchGetCommand, BatchGetRequest, BatchPutRequest, BatchWriteCommand,
  ConditionCheck, DeleteItemCommand, DeleteTransaction, Entity, GetItemCommand, PutItemCommand, PutTransaction, QueryCommand,
  ScanCommand, Table, UpdateItemCommand, anyOf, binary, boolean, executeBatchGet, executeBatchWrite, executeTransactWrite,
  item, list, map, nul, number, record, set, string,
} from 'dynamodb-toolbox';
import { assert, config, main, rejects, section } from './wire.mjs';

const client = new DynamoDBClient(config);
const documentClient = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
const name = 'wire_toolbox';

const table = new Table({
  name, documentClient, partitionKey: { name: 'pk', type: 'string' }, sortKey: { name: 'sk', type: 'string' },
  indexes: { byLevel: { type: 'global', partitionKey: { name: 'trainer', type: 'string' }, sortKey: { name: 'level', type: 'number' } } },
});

const Pokemon = new Entity({
  name: 'POKEMON', table,
  schema: item({
    id: string().key().savedAs('pk'), form: string().key().savedAs('sk').default('base'),
    trainer: string().optional(), level: number(), types: set(string()).optional(), moves: list(string()).optional(),
    stats: map({ hp: number(), ev: record(string(), number()).optional() }).optional(), shiny: boolean().default(false),
    evolution: anyOf(nul(), string()).optional(), sprite: binary().optional(),
  }),
});

section('create the table', async () => {
  await client.send(new CreateTableCommand({
    TableName: name, BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }, { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'trainer', AttributeType: 'S' }, { AttributeName: 'level', AttributeType: 'N' }],
    GlobalSecondaryIndexes: [{ IndexName: 'byLevel', Projection: { ProjectionType: 'ALL' },
      KeySchema: [{ AttributeName: 'trainer', KeyType: 'HASH' }, { AttributeName: 'level', KeyType: 'RANGE' }] }],
  }));
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName: name });
});

const pika = { id: 'pikachu', form: 'base' };

section('put and get', async () => {
  const value = { ...pika, trainer: 'ash', level: 5, types: new Set(['electric']), moves: ['spark'], stats: { hp: 35, ev: { speed: 2 } },
    shiny: false, evolution: null, sprite: Uint8Array.of(1, 2, 3) };
  await Pokemon.build(PutItemCommand).item(value).send();
  const { Item } = await Pokemon.build(GetItemCommand).key(pika).options({ consistent: true }).send();
  const { entity, created, modified, ...rest } = Item;
  assert.deepEqual(rest, value);
  assert.match(created, /^\d{4}-/);
  assert.equal(created, modified);
  assert.equal((await Pokemon.build(GetItemCommand).key({ id: 'mew', form: 'base' }).send()).Item, undefined);
  const projected = await Pokemon.build(GetItemCommand).key(pika).options({ attributes: ['stats.ev', 'moves[0]'] }).send();
  assert.deepEqual([projected.Item.stats, projected.Item.moves], [{ ev: { speed: 2 } }, ['spark']]);
  await rejects(Pokemon.build(PutItemCommand).item(value).options({ condition: { attr: 'id', exists: false } }).send(),
    'ConditionalCheckFailedException', 'The conditional request failed');
});

section('updates and conditions', async () => {
  const { Attributes } = await Pokemon.build(UpdateItemCommand).item({
    ...pika, level: $add(1), types: $add(new Set(['mouse'])), moves: $append(['thunder']), stats: { hp: $get('level'), ev: { speed: $add(3) } },
    evolution: 'raichu', sprite: $remove(),
  }).options({
    returnValues: 'ALL_NEW',
    condition: { and: [{ attr: 'level', between: [1, 9] }, { attr: 'moves', contains: 'spark' }, { attr: 'stats.hp', gt: 30 },
      { or: [{ attr: 'trainer', in: ['ash', 'misty'] }, { attr: 'shiny', eq: true }] }, { attr: 'evolution', type: 'NULL' },
      { not: { attr: 'trainer', beginsWith: 'm' } }, { size: 'moves', lte: 1 }] },
  }).send();
  assert.deepEqual([Attributes.level, [...Attributes.types].sort(), Attributes.moves, Attributes.stats, Attributes.evolution, Attributes.sprite],
    [6, ['electric', 'mouse'], ['spark', 'thunder'], { hp: 5, ev: { speed: 5 } }, 'raichu', undefined]);
  await rejects(Pokemon.build(DeleteItemCommand).key(pika).options({ condition: { attr: 'level', gt: 6 } }).send(),
    'ConditionalCheckFailedException', 'The conditional request failed');
});

section('queries and scans', async () => {
  for (let level = 10; level < 20; level++) {
    await Pokemon.build(PutItemCommand).item({ id: 'zubat', form: `f${level}`, trainer: 'brock', level }).send();
  }
  const query = table.build(QueryCommand).entities(Pokemon);
  const first = await query.query({ partition: 'zubat', range: { gte: 'f15' } }).options({ limit: 2, reverse: true }).send();
  assert.deepEqual(first.Items.map((found) => found.level), [19, 18]);
  const rest = await query.query({ partition: 'zubat', range: { gte: 'f15' } })
    .options({ reverse: true, maxPages: Infinity, limit: 2, exclusiveStartKey: first.LastEvaluatedKey }).send();
  assert.deepEqual(rest.Items.map((found) => found.level), [17, 16, 15]);
  const index = await query.query({ index: 'byLevel', partition: 'brock', range: { between: [12, 14] } })
    .options({ filters: { POKEMON: { attr: 'form', ne: 'f13' } } }).send();
  assert.deepEqual(index.Items.map((found) => found.form), ['f12', 'f14']);
  const scan = await table.build(ScanCommand).entities(Pokemon).options({ filters: { POKEMON: { attr: 'level', lt: 11 } }, maxPages: Infinity, limit: 3 }).send();
  assert.deepEqual(scan.Items.map((found) => found.level).sort((a, b) => a - b), [6, 10]);
});

section('batches', async () => {
  await executeBatchWrite(table.build(BatchWriteCommand).requests(
    Pokemon.build(BatchPutRequest).item({ id: 'b', form: '1', level: 1 }), Pokemon.build(BatchPutRequest).item({ id: 'b', form: '2', level: 2 }),
    Pokemon.build(BatchDeleteRequest).key({ id: 'zubat', form: 'f10' })));
  const { Responses } = await executeBatchGet(table.build(BatchGetCommand).requests(
    Pokemon.build(BatchGetRequest).key({ id: 'b', form: '2' }), Pokemon.build(BatchGetRequest).key({ id: 'zubat', form: 'f10' }),
    Pokemon.build(BatchGetRequest).key({ id: 'b', form: '1' })));
  assert.deepEqual(Responses[0].map((found) => found?.level), [2, undefined, 1]);
});

section('transactions', async () => {
  const write = (level) => executeTransactWrite(
    Pokemon.build(ConditionCheck).key(pika).condition({ attr: 'level', eq: level }),
    Pokemon.build(PutTransaction).item({ id: 't', form: '1', level: 1 }), Pokemon.build(DeleteTransaction).key({ id: 'zubat', form: 'f11' }));
  await rejects(write(7), 'TransactionCanceledException',
    'Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed, None, None]');
  await write(6);
  assert.equal((await Pokemon.build(GetItemCommand).key({ id: 't', form: '1' }).send()).Item.level, 1);
  assert.equal((await Pokemon.build(GetItemCommand).key({ id: 'zubat', form: 'f11' }).send()).Item, undefined);
});

section('drop the table', async () => {
  await client.send(new DeleteTableCommand({ TableName: name }));
});

await main();
