\set p random(0, :items / 100 - 1)
SELECT dynapg.query(('{"TableName":"reads","IndexName":"by_group","KeyConditionExpression":"grp = \u003ap","ExpressionAttributeValues":{"\u003ap":{"S":"g' || :p || '"}},"Limit":100}')::json);
