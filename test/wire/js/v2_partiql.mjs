// v2_partiql.mjs - aws-sdk v2: PartiQL by the low-level client: values, pages, errors, batches, transactions.

import AWS from 'aws-sdk';
import { assert, endpoint, main, region, credentials, rejects, section } from './wire.mjs';

const db = new AWS.DynamoDB({ endpoint, region, ...credentials, maxRetries: 2 });
const { marshall, unmarshall } = AWS.DynamoDB.Converter;
const TableName = 'wire_v2_partiql';
const values = (list) => list.map((value) => AWS.DynamoDB.Converter.input(value));
const run = (Statement, parameters, more) =>
  db.executeStatement({ Statement: Statement.replace('TABLE', TableName), Parameters: parameters && values(parameters), ...more }).promise();

// v2 has the error's name in code.
const refused = (promise, name, message) => rejects(promise.catch((error) => { error.name = error.code; throw error; }), name, message);

section('create the table', async () => {
  await db.createTable({
    TableName, BillingMode: 'PAY_PER_REQUEST', KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }, { AttributeName: 'sort', KeyType: 'RANGE' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }, { AttributeName: 'sort', AttributeType: 'N' }],
  }).promise();
  await db.waitFor('tableExists', { TableName, $waiter: { delay: 1, maxAttempts: 20 } }).promise();
});

section('write, read, update, delete', async () => {
  const item = { id: 'a', sort: 1, note: "it's ü", list: [1, { two: null }], yes: true };
  assert.deepEqual((await run('INSERT INTO TABLE VALUE ?', [item])).Items, []);
  const { Items } = await run('SELECT * FROM TABLE WHERE id = ? AND sort = ?', ['a', 1], { ConsistentRead: true });
  assert.deepEqual(Items.map((found) => unmarshall(found)), [item]);
  const updated = await run('UPDATE TABLE SET list[1].two = ? WHERE id = ? AND sort = ? RETURNING ALL NEW *', ['x', 'a', 1], { ReturnConsumedCapacity: 'TOTAL' });
  assert.deepEqual(unmarshall(updated.Items[0]), { ...item, list: [1, { two: 'x' }] });
  assert.equal(updated.ConsumedCapacity.CapacityUnits, 1);
  await refused(run('INSERT INTO TABLE VALUE ?', [item]), 'DuplicateItemException', 'Duplicate primary key exists in table');
  await refused(run('UPDATE TABLE SET x = 1 WHERE id = ? AND sort = ?', ['none', 1]), 'ConditionalCheckFailedException', 'The conditional request failed');
  await refused(run('SELECT * FROM TABLE LIMIT 1'), 'ValidationException', "Statement wasn't well formed, can't be processed: Unexpected keyword");
  await refused(run('SELECT * FROM nowhere'), 'ResourceNotFoundException', 'Requested resource not found');
  assert.deepEqual((await run('DELETE FROM TABLE WHERE id = ? AND sort = ? RETURNING ALL OLD *', ['a', 1])).Items.length, 1);
});

section('a batch, pages by NextToken, a transaction', async () => {
  const { Responses } = await db.batchExecuteStatement({
    Statements: [3, 1, 2, 1.5].map((sort) => ({ Statement: `INSERT INTO ${TableName} VALUE {'id': 'b', 'sort': ?}`, Parameters: values([sort]) })),
  }).promise();
  assert.deepEqual(Responses, Array(4).fill({ TableName }));
  const sorts = [];
  let NextToken;
  do {
    const page = await run('SELECT sort FROM TABLE WHERE id IN (?, ?) ORDER BY id, sort DESC', ['b', 'c'], { Limit: 3, NextToken });
    sorts.push(...page.Items.map((found) => unmarshall(found).sort));
    ({ NextToken } = page);
  } while (NextToken);
  assert.deepEqual(sorts, [3, 2, 1.5, 1]);
  await refused(run('SELECT sort FROM TABLE WHERE id = ?', ['b'], { NextToken: 'AAAA' }), 'ValidationException', 'Invalid NextToken');
  await db.executeTransaction({
    TransactStatements: [{ Statement: `UPDATE ${TableName} SET x = ? WHERE id = 'b' AND sort = 1`, Parameters: values([{ y: 1 }]) },
      { Statement: `EXISTS(SELECT * FROM ${TableName} WHERE id = 'b' AND sort = 9 AND x IS MISSING)` }],
    ClientRequestToken: 'once',
  }).promise();
  const read = await db.executeTransaction({ TransactStatements: [{ Statement: `SELECT x FROM ${TableName} WHERE id = 'b' AND sort = 1` }] }).promise();
  assert.deepEqual(read.Responses, [{ Item: marshall({ x: { y: 1 } }) }]);
});

section('delete the table', async () => {
  await db.deleteTable({ TableName }).promise();
});

main();
