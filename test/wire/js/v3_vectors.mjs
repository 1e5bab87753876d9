// v3_vectors.mjs - the JavaScript SDK's version 3 of today: vector indexes and SearchVectors, and the program of docs/vectors.md.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assert, config, endpoint, main, rejects, section } from './wire.mjs';

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.log('skipped: the SDK with SearchVectors needs Node.js 20');
  process.exit(77);
}
const sdk = await import('@aws-sdk/client-dynamodb-today');
const client = new sdk.DynamoDBClient(config);
const TableName = 'wire_v3_vectors';
const numbers = (...vector) => vector.map((number) => ({ N: String(number) }));
const search = (SearchVector, more) => client.send(new sdk.SearchVectorsCommand({
  TableName, IndexName: 'near', SearchVector, TopK: 2, SearchConditionExpression: 'tenant = :t', ExpressionAttributeValues: { ':t': { S: 'a' } }, ...more,
}));

section('create the table', async () => {
  await client.send(new sdk.CreateTableCommand({
    TableName, BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }, { AttributeName: 'tenant', AttributeType: 'S' }],
    VectorIndexes: [{
      IndexName: 'near', VectorAttribute: { AttributeName: 'v' }, Dimensions: 3, DistanceFunction: 'COSINE', Projection: { ProjectionType: 'ALL' },
      SearchSchema: [{ AttributeName: 'tenant', SearchSchemaElementType: 'HASH' }],
    }],
  }));
  await sdk.waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
  const { Table } = await client.send(new sdk.DescribeTableCommand({ TableName }));
  assert.equal(Table.VectorIndexes.length, 1);
  assert.equal(Table.VectorIndexes[0].IndexStatus, 'ACTIVE');
  assert.equal(Table.VectorIndexes[0].Dimensions, 3);
});

section('write and search', async () => {
  for (const [id, tenant, ...vector] of [['x', 'a', 1, 0, 0], ['y', 'a', 0, 1, 0], ['xy', 'a', 1, 1, 0], ['other', 'b', 1, 0, 0]]) {
    const { ConsumedCapacity } = await client.send(new sdk.PutItemCommand({
      TableName, Item: { id: { S: id }, tenant: { S: tenant }, v: { L: numbers(...vector) } }, ReturnConsumedCapacity: 'INDEXES',
    }));
    assert.equal(ConsumedCapacity.VectorIndexes.near.VectorWriteRequestBytes, 1024);
  }
  const { SearchResults, ConsumedCapacity } = await search(numbers(2, 0.1, 0), { ReturnConsumedCapacity: 'TOTAL' });
  assert.deepEqual(SearchResults.map(({ Item }) => Item.id.S), ['x', 'xy']);
  assert.equal(SearchResults[0].Item.v, undefined);
  assert(SearchResults[0].Score > 0 && SearchResults[0].Score < 0.01);
  assert(ConsumedCapacity.VectorSearchRequestBytes >= 1024);
  const exact = await search(numbers(3, 0, 0), { TopK: 1, ProjectionExpression: 'v' });
  assert.deepEqual(exact.SearchResults, [{ Item: { v: { L: numbers(1, 0, 0) } }, Score: 0 }]);
});

section('errors', async () => {
  await rejects(search(numbers(1, 2)), 'ValidationException', 'Input search vector dimension 2 does not match vector index dimension 3');
  await rejects(search(numbers(1, 2, 3), { TopK: 101 }), 'ValidationException',
    "Provided TopK value '101' is out of valid range. The value must be between 1 and 100 inclusive");
});

section("the program of docs/vectors.md does what it says; all but the endpoint is the documentation's", async () => {
  const text = readFileSync(join(dirname(process.env.DYNAPG_README), 'docs', 'vectors.md'), 'utf8');
  const [, program] = text.match(/^```js\n(.*?)^```$/ms);
  assert.equal(program.split('http://localhost:8000').length, 2);
  // Its import becomes the SDK of today.
  const code = program.replaceAll('http://localhost:8000', endpoint).replace(/^import (\{.*?\}) from ".*?";$/m, 'const $1 = sdk;');
  await client.send(new sdk.CreateTableCommand({
    TableName: 'Docs', BillingMode: 'PAY_PER_REQUEST', KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }, { AttributeName: 'tenant', AttributeType: 'S' }],
    VectorIndexes: [{
      IndexName: 'by-meaning', VectorAttribute: { AttributeName: 'embedding' }, Dimensions: 3, DistanceFunction: 'COSINE',
      Projection: { ProjectionType: 'ALL' }, SearchSchema: [{ AttributeName: 'tenant', SearchSchemaElementType: 'HASH' }],
    }],
  }));
  await sdk.waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName: 'Docs' });
  await client.send(new sdk.PutItemCommand({
    TableName: 'Docs', Item: { id: { S: '1' }, tenant: { S: 'acme' }, text: { S: 'tea' }, embedding: { L: numbers(0.9, 0.1, 0) } },
  }));
  const lines = [];
  const AsyncFunction = (async () => {}).constructor;
  await new AsyncFunction('sdk', 'console', code)(sdk, { log: (...values) => lines.push(values) });
  assert.equal(lines.length, 1);
  assert.equal(lines[0][0], 'tea');
  await client.send(new sdk.DeleteTableCommand({ TableName: 'Docs' }));
});

section('delete the table', async () => {
  await client.send(new sdk.DeleteTableCommand({ TableName }));
});

await main();
