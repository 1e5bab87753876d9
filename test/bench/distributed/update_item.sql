\set i random(0, :items - 1)
\set p :i / 10
\set s :i % 10
\set n random(1, 1000000)
-- \u003a is the colon: pgbench would take :n for its own
SELECT dynapg.update_item(('{"ReturnValues":"ALL_NEW","TableName":' || :table || ',"Key":{"pk":{"S":"' || :p || '"},"sk":{"S":"' || :s || '"}},"UpdateExpression":"SET cnt = \u003an","ExpressionAttributeValues":{"\u003an":{"N":"' || :n || '"}}}')::json);
