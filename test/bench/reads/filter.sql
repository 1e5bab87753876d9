\set p random(0, :items / 100 - 1)
SELECT dynapg.query(('{"TableName":"reads","KeyConditionExpression":"pk = \u003ap","FilterExpression":"customer = \u003ac","ExpressionAttributeValues":{"\u003ap":{"S":"' || :p || '"},"\u003ac":{"S":"nobody"}},"Limit":100}')::json);
