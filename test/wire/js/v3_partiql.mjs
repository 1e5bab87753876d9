// v3_partiql.mjs - the JavaScript SDK's version 3: PartiQL by lib-dynamodb: values, pages, batches, transactions.

import * as low from '@aws-sdk/client-dynamodb';
import { DynamoDBClient, CreateTableCommand, DeleteTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  BatchExecuteStatementCommand, DynamoDBDocumentClient, ExecuteStatementCommand, ExecuteTransactionCommand,
} from '@aws-sdk/lib-dynamodb';
import { assert, config, main, rejects, section } from './wire.mjs';

const client = new DynamoDBClient(config);
const documents = DynamoDBDocumentClient.from(client);
const TableName = 'wire_v3_partiql';
const run = (Statement, Parameters, more) => documents.send(new ExecuteStatementCommand({ Statement: Statement.replace('TABLE', TableName), Parameters, ...more }));

section('create the table', async () => {
  await client.send(new CreateTableCommand({
    TableName, BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }, { AttributeName: 'sort', KeyType: 'RANGE' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }, { AttributeName: 'sort', AttributeType: 'N' }],
  }));
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
});

section('values as parameters, there and back', async () => {
  const item = { id: 'a', sort: 1, note: "it's ü\n", list: [1, { two: null }], strings: new Set(['x', 'y']), binary: Uint8Array.of(255, 0) };
  await run('INSERT INTO TABLE VALUE ?', [item]);
  assert.deepEqual((await run('SELECT * FROM TABLE WHERE id = ? AND sort = ?', ['a', 1])).Items, [item]);
  assert.deepEqual((await run("UPDATE TABLE SET list[1].two = ?, strings = set_delete(strings, <<'x'>>) WHERE id = ? AND sort = ? RETURNING MODIFIED NEW *",
    [2, 'a', 1])).Items, [{ list: [{ two: 2 }], strings: new Set(['y']) }]);
  await rejects(run('INSERT INTO TABLE VALUE ?', [item]), 'DuplicateItemException', 'Duplicate primary key exists in table');
  await rejects(run('SELECT * FROM TABLE WHERE id = ?', ['a', 'b']), 'ValidationException', "Number of parameters in request and statement don't match.");
});

section('pages', async () => {
  for (let sort = 2; sort <= 9; sort++) await run('INSERT INTO TABLE VALUE ?', [{ id: 'a', sort }]);
  const sorts = [];
  let NextToken;
  do {
    const page = await run('SELECT sort FROM TABLE WHERE id = ? ORDER BY sort DESC', ['a'], { Limit: 4, NextToken });
    sorts.push(...page.Items.map((item) => item.sort));
    NextToken = page.NextToken;
  } while (NextToken);
  assert.deepEqual(sorts, [9, 8, 7, 6, 5, 4, 3, 2, 1]);
});

section('batches and transactions', async () => {
  const { Responses } = await documents.send(new BatchExecuteStatementCommand({
    Statements: [{ Statement: `DELETE FROM ${TableName} WHERE id = ? AND sort = ?`, Parameters: ['a', 2] }, { Statement: `UPDATE ${TableName} SET x = 1 WHERE id = 'b' AND sort = 1` }],
  }));
  assert.equal(Responses[0].Error, undefined);
  assert.equal(Responses[1].Error.Code, 'ConditionalCheckFailed');
  await documents.send(new ExecuteTransactionCommand({
    TransactStatements: [{ Statement: `UPDATE ${TableName} SET x = ? WHERE id = 'a' AND sort = 3`, Parameters: [[1, 2]] }, { Statement: `INSERT INTO ${TableName} VALUE {'id': 'b', 'sort': 1}` }],
  }));
  const read = await documents.send(new ExecuteTransactionCommand({ TransactStatements: [{ Statement: `SELECT x FROM ${TableName} WHERE id = 'a' AND sort = 3` }] }));
  assert.deepEqual(read.Responses, [{ Item: { x: [1, 2] } }]);
});

section("the low-level client's commands", async () => {
  const { Items, ConsumedCapacity } = await client.send(new low.ExecuteStatementCommand({
    Statement: `UPDATE ${TableName} SET n = ?, b = ? WHERE id = 'a' AND sort = 4 RETURNING ALL NEW *`, Parameters: [{ N: '1.50' }, { B: Uint8Array.of(1, 2) }],
    ReturnConsumedCapacity: 'INDEXES' }));
  assert.deepEqual(Items, [{ id: { S: 'a' }, sort: { N: '4' }, n: { N: '1.5' }, b: { B: Uint8Array.of(1, 2) } }]);
  assert.deepEqual(ConsumedCapacity, { TableName, CapacityUnits: 1, Table: { CapacityUnits: 1 } });
  const failed = await client.send(new low.ExecuteStatementCommand({ Statement: `UPDATE ${TableName} SET n = 2 WHERE id = 'a' AND sort = 4 AND n > 5`, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }))
    .catch((error) => error);
  assert.equal(failed.name, 'ConditionalCheckFailedException');
  assert.deepEqual(failed.Item.n, { N: '1.5' });
  const batch = await client.send(new low.BatchExecuteStatementCommand({ Statements: [{ Statement: `SELECT n FROM ${TableName} WHERE id = 'a' AND sort = 4` }, { Statement: 'SELECT' }] }));
  assert.deepEqual(batch.Responses[0], { TableName, Item: { n: { N: '1.5' } } });
  assert.equal(batch.Responses[1].Error.Code, 'ValidationError');
  const cancelled = await client.send(new low.ExecuteTransactionCommand({ TransactStatements: [{ Statement: `INSERT INTO ${TableName} VALUE {'id':'z','sort':1}` },
    { Statement: `INSERT INTO ${TableName} VALUE {'id':'a','sort':4}` }] })).catch((error) => error);
  assert.deepEqual(cancelled.CancellationReasons.map((reason) => reason.Code), ['None', 'DuplicateItem']);
});

section('delete the table', async () => {
  await client.send(new DeleteTableCommand({ TableName }));
});

main();
