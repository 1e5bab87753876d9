\set p random(0, :items / 100 - 1)
-- \u003a is the colon: pgbench would take :p for its own
SELECT dynapg.query(('{"TableName":"reads","KeyConditionExpression":"pk = \u003ap","ExpressionAttributeValues":{"\u003ap":{"S":"' || :p || '"}},"Limit":100}')::json);
